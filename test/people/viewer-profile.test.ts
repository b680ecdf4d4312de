import { expect, it } from 'vitest';
import { world } from '../support/world.ts';

const here = await world();

it('shows the viewer’s own profile', async () => {
  const acme = await here.company();
  const client = await acme.member('CLIENT', { firstName: 'Clara' });
  const { data, statements } = await client.graphql('{ viewer { role profile { id firstName } } }');
  expect(data.viewer).toEqual({ role: 'CLIENT', profile: { id: `Profile:${client.profileId}`, firstName: 'Clara' } });
  expect(statements).toHaveLength(1);
});
