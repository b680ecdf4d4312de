import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { checkAtCommit } from '../../access/requirements.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { badInput } from '../../lib/errors.ts';
import { uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { joinChannel } from './join-channel.ts';
import { requireWriter } from './policy.ts';
import { channels } from './tables.ts';

const input = z.object({ profileId: uuidField });

/** Returns the channel between the viewer and another person; opens it if there is none. Throws NOT_FOUND. */
export async function openDirectChannel(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireWriter(viewer);
  const { profileId } = checkInput(input, raw);
  if (profileId === viewer.profileId) throw badInput('must be another person', 'input.profileId');
  const person = { table: profiles, id: profileId, typename: 'Profile', field: 'input.profileId' };
  checkAtCommit(tx, viewer, { references: [person] });
  const pair = [viewer.profileId, profileId].sort();
  const directKey = pair.join(':');
  const known = await findDirect(tx, directKey);
  if (known) return known;
  const row = { id: uuidv7(), type: 'DIRECT', directKey, creatorId: viewer.profileId } as const;
  // A concurrent second insert waits here for the first, and then finds its channel.
  const made = await tx.insert(channels).values(row).onConflictDoNothing().returning({ id: channels.id });
  if (!made.length) return (await findDirect(tx, directKey))!;
  const { id } = row;
  await recordEvent(tx, viewer, { action: 'channel.created', resourceType: 'Channel', resourceId: id, after: row });
  await joinChannel(tx, viewer, { ...row, lastMessageAt: null }, pair);
  return { id };
}

async function findDirect(tx: TenantTx, directKey: string): Promise<{ id: string } | undefined> {
  const [row] = await tx.select({ id: channels.id }).from(channels).where(eq(channels.directKey, directKey));
  return row;
}
