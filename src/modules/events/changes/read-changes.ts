import type { GuardedDb } from '../../../access/guarded-db.ts';
import { byRights } from '../../../access/tracked-viewer.ts';
import type { ShareRead } from '../../../graphql/context.ts';
import type { SharedDecisions } from '../../../graphql/shared-decisions.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import { AppError } from '../../../lib/errors.ts';
import type { TenantDb } from '../../../tenancy/tenant-session.ts';
import { compareEventPositions, type EventPosition, encodeEventCursor } from '../event-cursor.ts';
import { typenameOf } from '../row-events.ts';
import { affectedRows } from './affected-rows.ts';
import { type ChangedType, changedTypes } from './changed-types.ts';
import { decodeChangesCursor, encodeChangesCursor, expired } from './changes-cursor.ts';
import { eventsAfter, type LoggedChange, type LogState, stateOfLog } from './page-of-events.ts';
import { recordedWith } from './recorded-with.ts';
import { type Candidates, type VisibleChanges, visibleChanges, visibleChangesOfEach } from './visible-changes.ts';

interface ChangesWanted {
  after: string | null | undefined;
  types: readonly string[] | null | undefined;
  /** The number of events to read. */
  first: number;
  /** Types whose events have their recorded values in the result. */
  valued?: readonly string[];
  /** Shares the read of the log between viewers. */
  shareRead?: ShareRead | undefined;
  /** The viewers whose visibility is decided in the same statement. */
  decisions?: SharedDecisions | undefined;
}

export interface Changes extends VisibleChanges {
  cursor: string;
  hasMore: boolean;
  /** The clientMutationIds of the changes of an object, by `Type:uuid`. */
  mutationsOf: ReadonlyMap<string, readonly string[]>;
  /** The events that were read, in order. */
  events: readonly LoggedChange[];
}

const nothing = { changed: new Map(), removed: new Map(), mutationsOf: new Map(), events: [] };

/** What has changed for the viewer since a cursor. Throws CURSOR_EXPIRED, BAD_CURSOR and BAD_INPUT. */
export async function readChanges(
  { unguarded: db }: GuardedDb,
  viewer: Viewer,
  wanted: ChangesWanted,
): Promise<Changes> {
  const types = byRights(viewer, (of) => changedTypes(of, wanted.types));
  const after = wanted.after ? decodeChangesCursor(wanted.after, viewer) : undefined;
  if (!after) {
    const { settled } = await stateOfLog(db, undefined);
    return { ...nothing, hasMore: false, cursor: encodeChangesCursor(settled, viewer) };
  }
  const names = new Set(types.map(({ typename }) => typename));
  const parts = [...recordedWith()].flatMap(([part, whole]) => (names.has(whole) ? [part] : []));
  const deciding = types.flatMap(({ reach }) => reach.reached.map(({ table }) => typenameOf(table)!));
  const valued = [...new Set([...deciding, ...parts, ...(wanted.valued ?? [])])];
  const sought = { types: [...names.union(new Set(valued))].sort(), valued: valued.sort(), limit: wanted.first + 1 };
  const { state, found } = await readLog(db, after, sought, wanted.shareRead);
  if (state.lost) throw expired('the log no longer has what happened since');
  const page = pageOf(found, wanted.first);
  if (page.some(replacesData)) throw expired('the data was replaced by that of an archive');
  const hasMore = page.length < found.length;
  const end = hasMore ? page.at(-1)!.position : later(state.settled, page.at(-1)?.position ?? after);
  return {
    ...(await decide(db, viewer, after, candidatesOf(types, page, wanted.decisions), wanted.decisions)),
    mutationsOf: mutationsOf(page),
    events: page,
    hasMore,
    cursor: encodeChangesCursor(end, viewer),
  };
}

/** Decides what the viewer sees of the candidates, together with its decisions. */
async function decide(
  db: TenantDb,
  viewer: Viewer,
  after: EventPosition,
  candidates: readonly Candidates[],
  decisions: SharedDecisions | undefined,
): Promise<VisibleChanges> {
  const isAlike = candidates.every(({ type }) => type.rule === 'all');
  if (!decisions || isAlike) return visibleChanges(db, viewer, after, candidates);
  const each = await visibleChangesOfEach(db, decisions.viewers, after, candidates);
  decisions.record(each.map(asText));
  const [own] = each;
  if (own instanceof AppError) throw own;
  return own!;
}

function asText(seen: VisibleChanges | AppError): string {
  if (seen instanceof AppError) return seen.code;
  const sorted = (ids: VisibleChanges['changed']) => [...ids].map(([type, some]) => [type, some.toSorted()]);
  return JSON.stringify([sorted(seen.changed), sorted(seen.removed)]);
}

interface LogPage {
  state: LogState;
  found: readonly LoggedChange[];
}

/**
 * Reads the log after a position. Followers at the same position share it: the events say nothing of who may see their
 * objects, which is decided for each viewer afterwards.
 */
function readLog(
  db: TenantDb,
  after: EventPosition,
  sought: Parameters<typeof eventsAfter>[2],
  shareRead: ShareRead | undefined,
): Promise<LogPage> {
  const read = async (): Promise<LogPage> => {
    const [state, found] = await Promise.all([stateOfLog(db, after), eventsAfter(db, after, sought)]);
    return { state, found };
  };
  if (!shareRead) return read();
  // Whoever read first may have been cut off, which must not concern the others
  return shareRead(JSON.stringify([encodeEventCursor(after), sought]), read).catch(read);
}

/** The first events; an event of a batch of an import, which names many objects, is a page of its own. */
function pageOf(found: readonly LoggedChange[], first: number): LoggedChange[] {
  const batch = found.findIndex(({ typename }) => typename === 'Import');
  return found.slice(0, batch < 0 ? first : Math.min(first, Math.max(batch, 1)));
}

const replacesData = ({ action }: LoggedChange): boolean =>
  action === 'organization.restored' || action === 'organization.cloned';

function candidatesOf(
  types: readonly ChangedType[],
  page: readonly LoggedChange[],
  decisions: SharedDecisions | undefined,
): Candidates[] {
  const ids = idsByType(page);
  return types.flatMap((type) => {
    const candidates = {
      type,
      ids: [...(ids.get(type.typename) ?? [])],
      affected: affectedRows(type, page, decisions?.viewers),
    };
    return candidates.ids.length + candidates.affected.length > 0 ? [candidates] : [];
  });
}

function idsByType(page: readonly LoggedChange[]): Map<string, Set<string>> {
  const ids = new Map<string, Set<string>>();
  for (const change of page) {
    for (const [typename, some] of objectsOf(change))
      ids.set(typename, (ids.get(typename) ?? new Set()).union(new Set(some)));
  }
  return ids;
}

/** The objects that an event concerns: one, the whole that it is a part of, or all those of a batch of an import. */
function objectsOf({ typename, id, before, after }: LoggedChange): [string, string[]][] {
  if (typename === 'Import') return Object.values(after ?? {}).flatMap((byType) => Object.entries(byType as Lists));
  const whole = recordedWith().get(typename);
  if (whole === undefined) return [[typename, [id]]];
  const key = `${whole[0]!.toLowerCase()}${whole.slice(1)}Id`;
  return [[whole, [before?.[key] ?? after?.[key]].filter((value) => typeof value === 'string')]];
}

type Lists = Record<string, string[]>;

function mutationsOf(page: readonly LoggedChange[]): Map<string, string[]> {
  const made = page.filter(({ clientMutationId }) => clientMutationId !== null);
  const byObject = Map.groupBy(made, ({ typename, id }) => `${typename}:${id}`);
  return new Map(
    [...byObject].map(([object, changes]) => [object, [...new Set(changes.map((each) => each.clientMutationId!))]]),
  );
}

const later = (a: EventPosition, b: EventPosition): EventPosition => (compareEventPositions(a, b) > 0 ? a : b);
