import { Believed } from '../lib/believed.ts';
import type { Clock } from '../lib/clock.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import { type Anchor, findMemberState, findMemberStates, type MemberState } from './member-state.ts';

/** Longer than this nobody acts on what has changed, even if a notification was lost. */
const believedForMs = 2000;
const capacity = 20_000;

/** What has changed: a session, a user everywhere, an organization for everybody, or a user in an organization. */
interface Change {
  sessionId?: string;
  userId?: string;
  organizationId?: string;
}

/**
 * What the catalog says of callers, believed for two seconds at most, and not kept at all while the changes of other
 * processes are not heard. An entry goes as soon as a change concerns it, one still being read with every change: it may
 * have been read before the change was made.
 */
export class MemberStates {
  readonly #catalog: Catalog;
  readonly #believed: Believed<Anchor, MemberState>;

  constructor(catalog: Catalog, clock: Clock) {
    this.#catalog = catalog;
    this.#believed = new Believed({
      clock,
      forMs: believedForMs,
      capacity,
      keyOf,
      read: (anchor) => this.#read(anchor),
      readMany: (anchors) => catalog.read((db) => findMemberStates(db, anchors)),
    });
    const { bus } = catalog;
    const drop = (change: Change) => this.#believed.drop((state) => concerns(change, state));
    bus.on('session.changed', drop);
    bus.on('user.changed', drop);
    bus.on('membership.changed', drop);
    bus.on('organization.changed', drop);
    bus.onDoubt(() => this.#believed.clear());
  }

  /** Undefined when there is no such session, identity or key. Waits for the catalog; throws when it cannot be reached. */
  find(anchor: Anchor): Promise<MemberState | undefined> {
    return this.#catalog.bus.live ? this.#believed.get(anchor) : this.#read(anchor);
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
