import type { Logger } from '../../lib/logger.ts';
import { type EventPosition, encodeEventCursor } from '../../modules/events/event-cursor.ts';
import type { TenantBinding } from '../../tenancy/binding.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { TenantDb } from '../../tenancy/tenant-session.ts';

interface LogWatchOptions {
  binding: Pick<TenantBinding, 'read'>;
  /** The newest event that no later commit can precede. */
  newest(db: TenantDb): Promise<EventPosition>;
  logger: Logger;
  /** How often the log of an organization with followers is looked at; milliseconds. */
  everyMs?: number;
}

interface Follower {
  position: string;
  wake(): void;
}

interface Watched {
  tenant: Tenant;
  followers: Set<Follower>;
}

const longestPauseMs = 2_000;

/**
 * Wakes the followers of the event logs of organizations. However many follow an organization, one statement looks at
 * its log, four times a second and only while somebody waits. It needs no notification, so nothing is lost while the
 * listener is down, behind a pooler, or when another process writes.
 */
export class LogWatch {
  readonly #options: LogWatchOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(options: LogWatchOptions) {
    this.#options = options;
  }

  /** Resolves when the log has gone on from the position, or the signal aborts. */
  async changed(tenant: Tenant, position: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const follower = { position, wake };
    const watched = this.#watched.get(tenant.id) ?? this.#watch(tenant);
    watched.followers.add(follower);
    signal.addEventListener('abort', wake);
    await promise;
    signal.removeEventListener('abort', wake);
    watched.followers.delete(follower);
  }

  #watch(tenant: Tenant): Watched {
    const watched = { tenant, followers: new Set<Follower>() };
    this.#watched.set(tenant.id, watched);
    this.#look(watched, 0);
    return watched;
  }

  #look(watched: Watched, failures: number): void {
    const { everyMs = 250 } = this.#options;
    const pause = Math.min(everyMs * 2 ** failures, longestPauseMs);
    setTimeout(async () => {
      if (watched.followers.size === 0) return void this.#watched.delete(watched.tenant.id);
      const failed = await this.#wake(watched).then(
        () => false,
        (error: unknown) => this.#failed(error),
      );
      this.#look(watched, failed ? failures + 1 : 0);
    }, pause).unref();
  }

  async #wake({ tenant, followers }: Watched): Promise<void> {
    const newest = encodeEventCursor(await this.#options.binding.read(tenant, (db) => this.#options.newest(db)));
    for (const { position, wake } of followers) if (position !== newest) wake();
  }

  #failed(error: unknown): true {
    this.#options.logger.warn({ err: error }, 'cannot look at the event log; trying again');
    return true;
  }
}
