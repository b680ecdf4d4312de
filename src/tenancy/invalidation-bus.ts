import type { Listener } from '../db/listener.ts';

/** The only channel of an installation's database: each process listens once and dispatches by topic. */
export const invalidationChannel = 'chantier';

/** Changes after which every process must drop cached data. Ids only: any listener can see a notification. */
export interface Invalidations {
  /** Name, slug, status, modules, settings, permissions or placement of an organization. */
  'organization.changed': { organizationId: string };
  /** A member joined, left or got another role. */
  'membership.changed': { organizationId: string; userId: string };
  /** A database was registered, retired, or got another address. */
  'database.changed': { databaseId: string };
  /** A session was revoked. */
  'session.changed': { sessionId: string };
  /** A user was disabled, signed out everywhere, or changed its name. */
  'user.changed': { userId: string };
  /** Documents were registered or retired: of an organization, or of the installation. */
  'documents.changed': { organizationId: string | null };
}

export type InvalidationTopic = keyof Invalidations;
type Handler<Topic extends InvalidationTopic> = (payload: Invalidations[Topic]) => void;

const topics: readonly InvalidationTopic[] = [
  'organization.changed',
  'membership.changed',
  'database.changed',
  'session.changed',
  'user.changed',
  'documents.changed',
];

/**
 * Tells the caches of this process what to drop: for its own changes before the writer gets its answer, for changes of
 * other processes by notification.
 */
export class InvalidationBus {
  #live = false;
  readonly #handlers = new Map<InvalidationTopic, Set<(payload: never) => void>>();
  readonly #doubters = new Set<() => void>();

  /** Whether notifications from other processes arrive. While they do not, nothing may be cached. */
  get live(): boolean {
    return this.#live;
  }

  connect(listener: Listener): void {
    this.#live = listener.up;
    for (const topic of topics) listener.on(topic, (payload) => this.emit(topic, payload as never));
    listener.onStateChange((up) => {
      this.#live = up;
      this.#doubt();
    });
  }

  on<Topic extends InvalidationTopic>(topic: Topic, handler: Handler<Topic>): void {
    const handlers = this.#handlers.get(topic) ?? new Set();
    this.#handlers.set(topic, handlers.add(handler));
  }

  /** Adds a callback for when notifications may have been missed: everything cached must be dropped. */
  onDoubt(handler: () => void): void {
    this.#doubters.add(handler);
  }

  emit<Topic extends InvalidationTopic>(topic: Topic, payload: Invalidations[Topic]): void {
    for (const handler of this.#handlers.get(topic) ?? []) (handler as Handler<Topic>)(payload);
  }

  #doubt(): void {
    for (const handler of this.#doubters) handler();
  }
}
