import { and, eq, sql } from 'drizzle-orm';
import type { Viewer } from '../../identity/viewer.ts';
import { uuidv7 } from '../../lib/ids.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import type { BusinessEvent } from '../events/business-event.ts';
import { onEvent } from '../events/handlers.ts';
import { recordEvent } from '../events/record-event.ts';
import { projects } from '../projects/tables.ts';
import { channels } from './tables.ts';

/** Opens a channel for a new project, with the project's name. */
async function openProjectChannel(tx: TenantTx, viewer: Viewer | null, event: BusinessEvent): Promise<void> {
  const projectId = event.resourceId;
  const [project] = await tx.select({ name: projects.name }).from(projects).where(eq(projects.id, projectId));
  const id = uuidv7();
  const row = { id, type: 'PROJECT', projectId, name: project!.name, creatorId: viewer?.profileId ?? null } as const;
  await tx.insert(channels).values(row);
  await recordEvent(tx, viewer, { action: 'channel.created', resourceType: 'Channel', resourceId: id, after: row });
}

/** Renames the channel of a renamed project, if it still had the project's old name. */
async function followProjectName(tx: TenantTx, viewer: Viewer | null, event: BusinessEvent): Promise<void> {
  const [before, after] = [event.before?.name, event.after?.name];
  if (typeof before !== 'string' || typeof after !== 'string') return;
  const renamed = await tx
    .update(channels)
    .set({ name: after, version: sql`${channels.version} + 1` })
    .where(and(eq(channels.projectId, event.resourceId), eq(channels.name, before)))
    .returning({ id: channels.id });
  for (const { id } of renamed) {
    await recordEvent(tx, viewer, {
      action: 'channel.updated',
      resourceType: 'Channel',
      resourceId: id,
      before: { name: before },
      after: { name: after },
    });
  }
}

onEvent('project.created', openProjectChannel);
onEvent('project.updated', followProjectName);
