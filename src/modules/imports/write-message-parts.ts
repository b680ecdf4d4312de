import { and, isNull } from 'drizzle-orm';
import { uuidv7 } from '../../lib/ids.ts';
import { messageAttachments, messageMentions, messageReactions, messages } from '../messaging/tables.ts';
import { insertMissing, isOneOf } from './bulk-rows.ts';
import type { MessageRecord } from './records.ts';
import type { WriteContext } from './write-context.ts';

type Ids = ReadonlyMap<string, string>;

/** Adds missing reactions, mentions and attachments to messages that were not edited or deleted here. */
export async function writeMessageParts(
  context: WriteContext,
  records: readonly MessageRecord[],
  ids: Ids,
  created: ReadonlySet<string>,
): Promise<void> {
  const withParts = records.filter(({ reactions = [], mentionReferences = [], attachments = [] }) =>
    [reactions, mentionReferences, attachments].some(({ length }) => length > 0),
  );
  if (withParts.length === 0) return;
  const wanted = withParts.map(({ reference }) => ids.get(reference)!);
  const untouched = await context.tx
    .select({ id: messages.id })
    .from(messages)
    .where(and(isOneOf(messages.id, wanted, 'uuid'), isNull(messages.deletedAt), isNull(messages.editedAt)));
  const uneditedIds = new Set(untouched.map(({ id }) => id));
  const unedited = withParts.flatMap((record) => {
    const id = ids.get(record.reference)!;
    return uneditedIds.has(id) ? [{ id, record }] : [];
  });
  await writeReactions(context, unedited);
  await writeMentions(context, unedited, created);
  await writeAttachments(context, unedited);
}

type Unedited = readonly { id: string; record: MessageRecord }[];

async function writeReactions({ tx, known, changes }: WriteContext, unedited: Unedited): Promise<void> {
  const wanted = unedited.flatMap(({ id: messageId, record: { reactions = [] } }) =>
    reactions.map(({ personReference, emoji }) => ({
      id: uuidv7(),
      messageId,
      profileId: known.people.get(personReference)!,
      emoji,
    })),
  );
  if (wanted.length === 0) return;
  const made = await insertMissing(tx, messageReactions, wanted, messageReactions.id);
  changes.add('created', 'MessageReaction', made);
}

async function writeMentions(
  { tx, known, changes }: WriteContext,
  unedited: Unedited,
  created: ReadonlySet<string>,
): Promise<void> {
  const wanted = unedited.flatMap(({ id: messageId, record: { mentionReferences = [] } }) =>
    mentionReferences.map((reference) => ({ messageId, profileId: known.people.get(reference)! })),
  );
  if (wanted.length === 0) return;
  const made = await insertMissing(tx, messageMentions, wanted, messageMentions.messageId);
  changes.add(
    'updated',
    'Message',
    [...new Set(made)].filter((id) => !created.has(id)),
  );
}

async function writeAttachments({ tx, changes }: WriteContext, unedited: Unedited): Promise<void> {
  const wanted = unedited.flatMap(({ id: messageId, record: { attachments = [] } }) =>
    attachments.map((attachment, position) => ({ id: uuidv7(), messageId, position, ...attachment })),
  );
  if (wanted.length === 0) return;
  const made = await insertMissing(tx, messageAttachments, wanted, messageAttachments.id);
  changes.add('created', 'MessageAttachment', made);
}
