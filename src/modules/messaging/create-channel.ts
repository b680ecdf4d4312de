import { z } from 'zod';
import { insertionOf } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { externalReferenceField, nameField, textField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { joinChannel } from './join-channel.ts';
import { requireChannelMaker } from './policy.ts';
import { requirePeople } from './require-people.ts';
import { channels, uniqueChannelFields } from './tables.ts';

const input = z.object({
  type: z.enum(['ORGANIZATION', 'GROUP']),
  name: nameField,
  description: textField.nullish(),
  memberIds: z.array(uuidField).max(500).nullish(),
  externalReference: externalReferenceField.nullish(),
});

/**
 * Opens a channel for the organization or for a group, and adds the viewer. Channels of projects and pairs are created
 * automatically. Throws NOT_FOUND for a person, ALREADY_EXISTS for the external reference.
 */
export async function createChannel(tx: TenantTx, viewer: Viewer, raw: Raw<typeof input>): Promise<{ id: string }> {
  requireChannelMaker(viewer);
  const { memberIds, ...values } = checkInput(input, raw);
  const people = [...new Set(memberIds)];
  await requirePeople(tx, viewer, people, 'input.memberIds');
  const id = uuidv7();
  const row = { id, ...values, creatorId: viewer.profileId };
  await change(tx, viewer, {
    write: insertionOf(channels, row, uniqueChannelFields),
    event: { action: 'channel.created', resourceType: 'Channel', resourceId: id, after: row },
  });
  await joinChannel(tx, viewer, { id, type: values.type, lastMessageAt: null }, [
    ...new Set([viewer.profileId, ...people]),
  ]);
  return { id };
}
