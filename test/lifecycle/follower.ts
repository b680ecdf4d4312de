import type { Entry, Log } from '../events/support.ts';
import { logPage } from '../events/support.ts';
import type { Member } from '../support/world.ts';

type Values = Record<string, unknown>;

/** What a fresh query shows of a company: every object that the log tells of. */
const everything = `{
  projects(first: 100) { nodes { id name status client { id } channel { id name } } }
  tasks(first: 100) {
    nodes {
      id name type status project { id } assignee { id } deliverable { id }
      comments(first: 50) { nodes { id content } } checklist(first: 50) { nodes { id name isDone } }
    }
  }
  milestones(first: 100) { nodes { id name status progress project { id } } }
  deliverables(first: 100) { nodes { id name status project { id } } }
  incidents(first: 100) { nodes { id title status project { id } } }
  projectAssignments(first: 100) { nodes { id allocationPercent project { id } profile { id } } }
  timeEntries(first: 100) { nodes { id hours workDate status project { id } task { id } profile { id } } }
  runningTimers(first: 100) { nodes { id project { id } task { id } profile { id } } }
  clients(first: 100) { nodes { id name } }
}`;

const followed = new Set([
  ...['Project', 'Channel', 'Task', 'TaskComment', 'ChecklistItem', 'Milestone', 'Deliverable', 'Incident'],
  ...['ProjectAssignment', 'TimeEntry', 'RunningTimer', 'Client'],
]);
const typeOf = (id: string): string => id.slice(0, id.indexOf(':'));

/** The objects in an answer by id: their values, and the ids of what they refer to by the names of the columns. */
function objectsIn(value: unknown, found = new Map<string, Values>()): Map<string, Values> {
  if (typeof value !== 'object' || value === null) return found;
  const { id, ...fields } = value as Values & { id?: string };
  if (id && followed.has(typeOf(id))) {
    const own = Object.entries(fields).flatMap(([key, field]) => {
      if (typeof field !== 'object') return [[key, field]];
      if (field === null) return [[`${key}Id`, null]];
      return 'id' in field && key !== 'channel' ? [[`${key}Id`, field.id]] : [];
    });
    found.set(id, { ...found.get(id), ...Object.fromEntries(own) });
  }
  for (const part of Object.values(value)) objectsIn(part, found);
  return found;
}

export const readEverything = async (member: Member): Promise<Map<string, Values>> =>
  objectsIn(await member.ok(everything));

/** A client that reads the log from its start: the objects that it knows, with the values that it was told. */
export class Follower {
  readonly #member: Member;
  readonly #known = new Map<string, Values>();
  #after: string | null = null;

  constructor(member: Member) {
    this.#member = member;
  }

  /** Reads on until it has met an event of this object. */
  async readUntil(id: string): Promise<ReadonlyMap<string, Values>> {
    for (let met = false; !met; ) {
      const { events }: { events: Log } = await this.#member.ok(logPage.replace('totalCount', ''), {
        first: 100,
        after: this.#after,
      });
      for (const { node } of events.edges) {
        this.#take(node);
        met ||= node.resourceId === id;
      }
      this.#after = events.pageInfo.endCursor;
    }
    return this.#known;
  }

  #take({ action, resourceId, after }: Entry['node']): void {
    if (!followed.has(typeOf(resourceId))) return;
    if (/\.(deleted|stopped|discarded)$/.test(action)) this.#known.delete(resourceId);
    else this.#known.set(resourceId, { ...this.#known.get(resourceId), ...after });
  }
}

/** Where what a follower was told differs from what is there; the log tells no values that are defaults. */
export function differences(told: ReadonlyMap<string, Values>, fresh: ReadonlyMap<string, Values>): string[] {
  const ghosts = [...told.keys()].filter((id) => !fresh.has(id)).map((id) => `${id} is gone`);
  const unheard = [...fresh.keys()].filter((id) => !told.has(id)).map((id) => `${id} was never told`);
  const stale = [...fresh].flatMap(([id, values]) =>
    Object.entries(values).flatMap(([key, value]) => {
      const heard = told.get(id)?.[key];
      if (heard === undefined || isSame(heard, value)) return [];
      return [`${id}.${key} is ${String(value)}, told ${String(heard)}`];
    }),
  );
  return [...ghosts, ...unheard, ...stale];
}

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || (a !== null && b !== null && Number(a) === Number(b) && String(a) !== '' && String(b) !== '');
