import { BoundedStalenessCache } from '../lib/bounded-staleness-cache.ts';
import type { Clock } from '../lib/clock.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import { type Anchor, findMemberState, findMemberStates, type MemberState } from './member-state.ts';

/** How stale an entry may be if a notification is lost. */
const maxStalenessMs = 2000;
const capacity = 20_000;

/**
 * A change of a session, of a user in all organizations, of an organization for all users, or of a user in an
 * organization.
 */
interface Change {
  sessionId?: string;
  userId?: string;
  organizationId?: string;
}

/**
 * A bounded-staleness cache of the callers' rows in the catalog: entries are at most two seconds old, and nothing is
 * cached while notifications of other processes cannot be received. A change drops the entries that it concerns, and
 * all that are still being read: they may have been read before the change.
 */
export class MemberStates {
  readonly #catalog: Catalog;
  readonly #cache: BoundedStalenessCache<Anchor, MemberState>;

  constructor(catalog: Catalog, clock: Clock) {
    this.#catalog = catalog;
    this.#cache = new BoundedStalenessCache({
      clock,
      forMs: maxStalenessMs,
      capacity,
      keyOf,
      read: (anchor) => this.#read(anchor),
      readMany: (anchors) => catalog.read((db) => findMemberStates(db, anchors)),
    });
    const { bus } = catalog;
    const drop = (change: Change) => this.#cache.drop((state) => concerns(change, state));
    bus.on('session.changed', drop);
    bus.on('user.changed', drop);
    bus.on('membership.changed', drop);
    bus.on('organization.changed', drop);
    bus.onDoubt(() => this.#cache.clear());
  }

  /** Undefined when there is no such session, identity or key. Throws when the catalog cannot be reached. */
  find(anchor: Anchor): Promise<MemberState | undefined> {
    return this.#catalog.bus.live ? this.#cache.get(anchor) : this.#read(anchor);
  }

  #read(anchor: Anchor): Promise<MemberState | undefined> {
    return this.#catalog.read((db) => findMemberState(db, anchor));
  }
}

const concerns = ({ sessionId, userId, organizationId }: Change, { user, session, organization }: MemberState) =>
  (sessionId === undefined || sessionId === session?.id) &&
  (userId === undefined || userId === user.id) &&
  (organizationId === undefined || organizationId === organization?.id);

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
