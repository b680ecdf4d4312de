import type { Logger } from '../../lib/logger.ts';
import { endOfLog } from '../../modules/events/changes/page-of-events.ts';
import type { TenantBinding } from '../../tenancy/binding.ts';
import type { ChangeSignals } from '../../tenancy/change-signals.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { FollowedLog } from './followed-log.ts';

interface LogWatchOptions {
  binding: Pick<TenantBinding, 'read'>;
  signals: Pick<ChangeSignals, 'live' | 'on' | 'onStateChange'>;
  logger: Logger;
}

/** A follower's hold on the log of an organization. */
export interface Following extends Disposable {
  log: FollowedLog;
}

/**
 * The event logs that subscriptions of this process follow. A log is looked at when a process signals a commit of its
 * organization, and at intervals, because signals can be lost: every two seconds, or four times a second while signals
 * of other processes do not arrive. However many follow a log, one statement looks at it.
 */
export class LogWatch {
  readonly #options: LogWatchOptions;
  readonly #logs = new Map<string, { log: FollowedLog; followers: number }>();

  constructor(options: LogWatchOptions) {
    this.#options = options;
    options.signals.on((organizationId) => this.#logs.get(organizationId)?.log.look());
    options.signals.onStateChange(() => {
      for (const { log } of this.#logs.values()) log.look();
    });
  }

  /** Follows the log of an organization until the result is disposed. */
  follow(tenant: Tenant): Following {
    const entry = this.#logs.get(tenant.id) ?? { log: this.#open(tenant), followers: 0 };
    this.#logs.set(tenant.id, entry);
    entry.followers++;
    return { log: entry.log, [Symbol.dispose]: () => this.#leave(tenant.id) };
  }

  #open(tenant: Tenant): FollowedLog {
    const { binding, signals, logger } = this.#options;
    return new FollowedLog({
      read: () => binding.read(tenant, endOfLog),
      isLive: () => signals.live,
      logger,
    });
  }

  #leave(tenantId: string): void {
    const entry = this.#logs.get(tenantId)!;
    if (--entry.followers > 0) return;
    this.#logs.delete(tenantId);
    entry.log[Symbol.dispose]();
  }
}
