import { type Clock, isWithin } from '../lib/clock.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import { type Anchor, findMemberState, type MemberState } from './member-state.ts';

/** Longer than this nobody acts on what has changed, even if a notification was lost. */
const believedForMs = 2000;
const capacity = 20_000;

/** What has changed: a session, a user everywhere, an organization for everybody, or a user in an organization. */
interface Change {
  sessionId?: string;
  userId?: string;
  organizationId?: string;
}

interface Entry {
  loadedAt: number;
  state: Promise<MemberState | undefined>;
  /** Undefined while it is being read. */
  of?: Required<Change>;
}

/**
 * What the catalog says of callers, believed for two seconds at most, and not kept at all while the changes of other
 * processes are not heard. An entry goes as soon as a change concerns it, one still being read with every change: it may
 * have been read before the change was made.
 */
export class MemberStates {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(catalog: Catalog, clock: Clock) {
    this.#catalog = catalog;
    this.#clock = clock;
    const { bus } = catalog;
    const drop = (change: Change) => this.#drop(change);
    bus.on('session.changed', drop);
    bus.on('user.changed', drop);
    bus.on('membership.changed', drop);
    bus.on('organization.changed', drop);
    bus.onDoubt(() => this.#entries.clear());
  }

  /** Undefined when there is no such session, identity or key. Waits for the catalog; throws when it cannot be reached. */
  find(anchor: Anchor): Promise<MemberState | undefined> {
    if (!this.#catalog.bus.live) return this.#read(anchor);
    const key = keyOf(anchor);
    const now = this.#clock().getTime();
    const known = this.#entries.get(key);
    if (known && isWithin(known.loadedAt, now, believedForMs)) return known.state;
    return this.#load(key, anchor, now);
  }

  #drop(change: Change): void {
    for (const [key, entry] of this.#entries) if (concerns(change, entry)) this.#entries.delete(key);
  }

  #load(key: string, anchor: Anchor, now: number): Promise<MemberState | undefined> {
    const entry: Entry = { loadedAt: now, state: this.#read(anchor) };
    this.#entries.delete(key);
    if (this.#entries.size >= capacity) this.#entries.delete(this.#entries.keys().next().value!);
    this.#entries.set(key, entry);
    entry.state.then(
      (state) => (state ? this.#settle(entry, state) : this.#remove(key, entry)),
      () => this.#remove(key, entry),
    );
    return entry.state;
  }

  #settle(entry: Entry, { user, session, organization }: MemberState): void {
    entry.of = { userId: user.id, sessionId: session?.id ?? '', organizationId: organization?.id ?? '' };
  }

  /** What does not exist, and what could not be read, is asked for again. */
  #remove(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  #read(anchor: Anchor): Promise<MemberState | undefined> {
    return this.#catalog.read((db) => findMemberState(db, anchor));
  }
}

function concerns({ sessionId, userId, organizationId }: Change, { of }: Entry): boolean {
  if (!of) return true;
  return (
    (sessionId === undefined || sessionId === of.sessionId) &&
    (userId === undefined || userId === of.userId) &&
    (organizationId === undefined || organizationId === of.organizationId)
  );
}

function keyOf(anchor: Anchor): string {
  switch (anchor.kind) {
    case 'session':
      return `session ${anchor.sessionId} ${anchor.organizationId}`;
    case 'identity':
      return `identity ${anchor.issuer} ${anchor.organizationId} ${anchor.subject}`;
    case 'apiKey':
      return `key ${anchor.prefix}`;
  }
}
