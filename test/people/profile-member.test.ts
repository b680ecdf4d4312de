import { describe, expect, it } from 'vitest';
import { createProfile } from '../projects/support.ts';
import { world } from '../support/world.ts';

const server = await world();
const people = '{ profiles { nodes { lastName member { role user { email } } manager { member { role } } } } }';

describe('the membership of a person', () => {
  it('is read from the catalog by one statement for all people in the answer', async () => {
    const company = await server.company();
    const owner = await company.as('OWNER');
    const manager = await company.member('MANAGER', { lastName: 'Manager' });
    await createProfile(owner, { lastName: 'Contact', managerId: `Profile:${manager.profileId}` });
    const from = server.recorded.length;
    const { data, errors } = await owner.graphql(people);
    const reads = server.recorded.slice(from).filter((text) => /from "catalog"."user_organizations"/.test(text));
    expect(errors).toEqual([]);
    // The other way of answering, which the test server compares with, reads them once more
    expect(reads.length).toBeLessThanOrEqual(2);
    expect(reads.every((text) => /"profile_id" in \(/.test(text))).toBe(true);
    const roles = data.profiles.nodes.map(({ lastName, member, manager: boss }: Person) => [
      lastName,
      member?.role,
      boss?.member.role,
    ]);
    expect(roles).toEqual(
      expect.arrayContaining([
        ['Manager', 'MANAGER', undefined],
        ['Contact', undefined, 'MANAGER'],
      ]),
    );
  });

  it('needs member:read', async () => {
    const company = await server.company();
    const client = await company.as('CLIENT');
    const { data, errors } = await client.graphql('{ viewer { profile { member { role } } } }');
    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect(data.viewer.profile.member).toBeNull();
  });
});

interface Person {
  lastName: string;
  member: { role: string } | null;
  manager: { member: { role: string } } | null;
}
