import { Client } from '../modules/clients/client.ts';
import { clients } from '../modules/clients/tables.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import type { Cast } from './cast.ts';
import type { DemoContent } from './content.ts';
import { seedProject } from './seed-project.ts';
import { seedWelcome } from './seed-talk.ts';

/**
 * Fills an empty organization with a little of everything, through the use cases that everybody uses. One that has
 * clients already is left alone.
 */
export async function seedCompany(tx: TenantTx, as: Cast, content: DemoContent): Promise<void> {
  if ((await tx.$count(clients)) > 0) return;
  const manager = as('MANAGER');
  const [ordered, other] = content.clients;
  const contactId = as('CLIENT').profileId;
  const clientOfUser = await Client.create(tx, manager, { name: ordered, contactId });
  const otherClient = await Client.create(tx, manager, { name: other });
  await seedWelcome(tx, as, content);
  for (const project of content.projects) {
    await seedProject(tx, as, project, project.visibleToClient ? clientOfUser.id : otherClient.id);
  }
}
