import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { type AuditEntry, recordAudit } from '../tenancy/audit.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import { networkOf } from './network.ts';

/** Limits on the audit rows for refusals: `burst` rows at once, then one each interval. */
export const refusalRows = {
  ofAddress: { burst: 30, intervalMs: 60_000 },
  ofProcess: { burst: 600, intervalMs: 6_000 },
  /** How many addresses are tracked; the oldest one is forgotten first. */
  addresses: 10_000,
};

export type Refusal = Omit<AuditEntry, 'outcome'>;

/**
 * Writes refusals to the audit log, each in its own transaction. An attacker decides how many refusals there are, so
 * the rows are limited for each address and for the process; the next row counts the omitted ones in `leftOut`.
 */
export class RefusalLog implements AsyncDisposable {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #fullAt = new Map<string, number>();
  readonly #writing = new Set<Promise<void>>();
  #processFullAt = 0;
  #leftOut = 0;

  constructor(catalog: Catalog, clock: Clock, logger: Logger) {
    this.#catalog = catalog;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Resolves when the row is written or omitted. Never throws: a failure is logged. */
  async record(refusal: Refusal): Promise<void> {
    if (!this.#hasRoom(refusal.ipAddress)) {
      this.#leftOut++;
      return;
    }
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    const metadata = { ...refusal.metadata, ...(leftOut > 0 && { leftOut }) };
    try {
      await this.#catalog.write((tx) => recordAudit(tx, { ...refusal, metadata, outcome: 'FAILURE' }));
    } catch (error) {
      this.#leftOut += leftOut;
      this.#logger.warn({ err: error, action: refusal.action }, 'a refusal could not be written to the audit log');
    }
  }

  /** The same, in the background. */
  note(refusal: Refusal): void {
    const writing = this.record(refusal).finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#writing);
  }

  #hasRoom(ipAddress: string | undefined): boolean {
    const now = this.#clock().getTime();
    const { ofAddress, ofProcess, addresses } = refusalRows;
    const address = ipAddress === undefined ? 'unknown' : networkOf(ipAddress);
    const next = taken(this.#fullAt.get(address) ?? 0, ofAddress, now);
    const nextOfProcess = taken(this.#processFullAt, ofProcess, now);
    if (next === undefined || nextOfProcess === undefined) return false;
    this.#processFullAt = nextOfProcess;
    if (!this.#fullAt.has(address) && this.#fullAt.size >= addresses) {
      const [first] = this.#fullAt.keys();
      this.#fullAt.delete(first!);
    }
    this.#fullAt.set(address, next);
    return true;
  }
}

/** When the bucket will be full again after taking one more; undefined when it is empty. */
function taken(fullAt: number, { burst, intervalMs }: { burst: number; intervalMs: number }, now: number) {
  const next = Math.max(fullAt, now) + intervalMs;
  return next - now <= burst * intervalMs ? next : undefined;
}
