import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import { channels, messages } from '../messaging/tables.ts';
import { findByReference, isOneOf } from './bulk-rows.ts';
import { createMissing } from './create-missing.ts';
import type { ChannelRecord, MessageRecord } from './records.ts';
import { type Synced, syncRows, type Wanted } from './sync-rows.ts';
import type { WriteContext } from './write-context.ts';
import { writeMessageParts } from './write-message-parts.ts';

type WantedMessage = Wanted<typeof messages>;

/** The longest chain of answers to answers that is followed to its first message. */
const longestChain = 100;

/** Creates missing channels, which are open to the whole organization. */
export async function writeChannels(context: WriteContext, records: readonly ChannelRecord[]): Promise<void> {
  const known = context.known.channels;
  await createMissing(context, {
    table: channels,
    type: 'Channel',
    resource: 'channel',
    records,
    isKnown: (reference) => known.has(reference),
    remember: (reference, { id }) => known.set(reference, id),
    columnsOf: ({ name, description = null }) => ({ type: 'ORGANIZATION' as const, name, description }),
  });
}

/**
 * Creates messages with their times in the file, and updates differing ones, unless they were edited or deleted here.
 * Locks the channels, as every writer of messages does.
 */
export async function writeMessages(context: WriteContext, records: readonly MessageRecord[]): Promise<void> {
  const { tx, known } = context;
  const channelIds = [...new Set(records.map(({ channelReference }) => known.channels.get(channelReference)!))];
  await tx
    .select({ id: channels.id })
    .from(channels)
    .where(isOneOf(channels.id, channelIds, 'uuid'))
    .orderBy(channels.id)
    .for('no key update');
  const first = await sync(
    context,
    records.filter(({ parentReference }) => !parentReference),
    new Map(),
  );
  const replies = records.filter(({ parentReference }) => parentReference);
  const parents = await parentIds(context, replies, first.ids);
  const second = await sync(context, replies, parents);
  const created = new Set([...first.created, ...second.created]);
  if (created.size > 0) await advanceLastMessageAt(context, records);
  await writeMessageParts(context, records, new Map([...first.ids, ...second.ids]), created);
}

/**
 * The ids of thread parents, by the references that answers name. If an answer names another answer, its parent is the
 * first message of that thread.
 */
async function parentIds(
  { tx }: WriteContext,
  replies: readonly MessageRecord[],
  inBatch: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const answered = new Map(replies.map(({ reference, parentReference }) => [reference, parentReference!]));
  const references = [...new Set(replies.map(({ parentReference }) => parentReference!))];
  const earlier = await findByReference(
    tx,
    messages,
    references.filter((reference) => !inBatch.has(reference) && !answered.has(reference)),
  );
  const parents = new Map([
    ...inBatch,
    ...earlier.map(({ externalReference, parentId, id }) => [externalReference!, parentId ?? id] as const),
  ]);
  for (const reference of references) {
    let first = reference;
    for (let steps = 0; answered.has(first) && steps < longestChain; steps++) first = answered.get(first)!;
    const id = parents.get(first);
    if (id !== undefined) parents.set(reference, id);
  }
  return parents;
}

async function sync(
  { tx, known, changes }: WriteContext,
  records: readonly MessageRecord[],
  parents: ReadonlyMap<string, string>,
): Promise<Synced<typeof messages>> {
  const sentAt = new Map(records.map((record) => [record.reference, record.sentAt]));
  const wanted = records.map(
    ({ reference, channelReference, authorReference, parentReference, parent, content }): WantedMessage => ({
      externalReference: reference,
      channelId: known.channels.get(channelReference)!,
      senderId: known.people.get(authorReference)!,
      parentId: parentReference ? parentOf(parents, parentReference, parent != null) : null,
      content,
    }),
  );
  const createdAtOf = ({ externalReference }: WantedMessage): Date => sentAt.get(externalReference)!;
  const synced = await syncRows(tx, messages, wanted, {
    complete: async (rows) => rows.map((row) => ({ createdAt: createdAtOf(row) })),
    createdAtOf,
    mayChange: ({ editedAt, deletedAt }) => editedAt === null && deletedAt === null,
  });
  changes.add('created', 'Message', synced.created);
  changes.add(
    'updated',
    'Message',
    synced.updated.map(({ id }) => id),
  );
  return synced;
}

/** An answer to a message of another file that was not imported becomes a message without a parent. */
function parentOf(parents: ReadonlyMap<string, string>, reference: string, mayBeElsewhere: boolean): string | null {
  const id = parents.get(reference);
  if (id === undefined && !mayBeElsewhere) {
    throw new AppError('NOT_FOUND', 'message.thread: the first message of the thread was not imported');
  }
  return id ?? null;
}

/** Sets `lastMessageAt` of channels to their newest message, if that is later. */
async function advanceLastMessageAt({ tx, known }: WriteContext, records: readonly MessageRecord[]): Promise<void> {
  const byChannel = Map.groupBy(records, ({ channelReference }) => known.channels.get(channelReference)!);
  for (const [id, written] of byChannel) {
    const newest = new Date(Math.max(...written.map(({ sentAt }) => sentAt.getTime())));
    const isOlder = or(isNull(channels.lastMessageAt), lt(channels.lastMessageAt, newest));
    await tx
      .update(channels)
      // A new message does not count as a change of its channel, so `updatedAt` stays
      .set({ lastMessageAt: newest, updatedAt: sql`${channels.updatedAt}` })
      .where(and(eq(channels.id, id), isOlder));
  }
}
