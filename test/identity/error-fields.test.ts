import { describe, expect, it } from 'vitest';
import { world } from '../support/world.ts';

const here = await world();
const acme = await here.company();
const owner = await acme.as('OWNER');
const { slug } = acme.tenant;
const person = { email: 'new@example.test', password: 'a long password', firstName: 'New', lastName: 'One' };

describe('an error names an argument of the input that was sent', () => {
  it.each([
    ['createOrganization', { organization: { name: 'Other', slug } }, 'ALREADY_EXISTS', 'input.organization.slug'],
    ['signUp', { ...person, organization: { name: 'Other', slug } }, 'ALREADY_EXISTS', 'input.organization.slug'],
    ['signUp', { ...person, joinCode: 'AAAA-AAAA' }, 'NOT_FOUND', 'input.joinCode'],
    ['signUp', { ...person, invitationToken: 'unknown' }, 'NOT_FOUND', 'input.invitationToken'],
    ['signUp', person, 'BAD_INPUT', 'input.organization'],
    ['signUp', { ...person, joinCode: 'x', invitationToken: 'y' }, 'BAD_INPUT', 'input.invitationToken'],
    ['updateOrganization', { slug: '-abc' }, 'BAD_INPUT', 'input.slug'],
  ])('%s %j', async (name, input, code, field) => {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const { errors } = await owner.graphql(`mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`, {
      input,
    });
    expect(errors[0]?.extensions).toMatchObject({ code, field });
  });
});
