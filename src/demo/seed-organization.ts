import { Client } from '../modules/clients/client.ts';
import { clients } from '../modules/clients/tables.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import type { DemoContent } from './content.ts';
import { seedWelcome } from './seed-conversation.ts';
import { seedProject } from './seed-project.ts';
import type { ViewerFor } from './viewer-for.ts';

/**
 * Fills an empty organization with some data of each kind, through the same use cases as the product. Does nothing if
 * it already has clients.
 */
export async function seedOrganization(tx: TenantTx, as: ViewerFor, content: DemoContent): Promise<void> {
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
