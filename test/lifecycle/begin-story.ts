import { roles } from '../../src/identity/roles.ts';
import { createClient, createProject } from '../projects/support.ts';
import type { World } from '../support/world.ts';
import type { Story } from './steps.ts';

/** A company with somebody of every role, two clients, one of which the CLIENT belongs to, and a project of each. */
export async function beginStory(world: World): Promise<Story> {
  const company = await world.company();
  const people = await Promise.all(roles.map(async (role) => Object.assign(await company.as(role), { role })));
  const [owner, client] = [await company.as('OWNER'), await company.as('CLIENT')];
  const made = [
    await createClient(owner, { contactId: `Profile:${client.profileId}` }),
    await createClient(owner, { name: 'Umbrella' }),
  ];
  const projects = [
    await createProject(owner, { clientId: made[0] }),
    await createProject(owner, { clientId: made[1] }),
  ];
  return { company, people, made: { Client: made, Project: projects }, reopened: new Set(), deleted: [] };
}
