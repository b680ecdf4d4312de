import { type Clock, later } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { outsideRequests } from '../lib/request-context.ts';
import type { OpenOptions, TenantBinding } from '../tenancy/binding.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { TenantTx } from '../tenancy/tenant-session.ts';
import type { JobKind } from './job-kind.ts';
import { type ClaimedJob, claimJob, failJob, finishJob, postponeJob, returnJob } from './job-rows.ts';
import { mostAttempts, retryDelay } from './retry-delay.ts';
import { TurnsOfTenants } from './turns-of-tenants.ts';

export interface JobWorkerOptions {
  binding: Pick<TenantBinding, 'write'>;
  findTenant(organizationId: string): Promise<Tenant | undefined>;
  /** The ids of all organizations that are served. */
  listOrganizations(): Promise<readonly string[]>;
  kinds: readonly JobKind[];
  /**
   * Makes jobs of what happened, in each turn of an organization before its next job. Returns the milliseconds after
   * which to call it again.
   */
  feed?: ((tenant: Tenant) => Promise<number | undefined>) | undefined;
  /** How many jobs run at once. */
  workers: number;
  clock: Clock;
  logger: Logger;
}

/** The outcomes of attempts, since the start of the process. */
export type JobTotals = Record<'done' | 'failed' | 'died' | 'returned', number>;

/** After this time the signal of an attempt aborts, and the attempt counts as failed. */
const attemptMs = 60_000;
/** A job whose process died is begun again after this time. Longer than an attempt. */
const leaseMs = 2 * attemptMs;
/** How often it looks at organizations that nobody said had work: signals may be lost. */
const sweepMs = 5 * 60_000;
/** After an organization could not be reached. */
const awayMs = 30_000;
/** While a job that is due is locked by another transaction. */
const lockedMs = 1_000;
const longestError = 1_000;
const options: OpenOptions = { roleClass: 'job', silent: true };

/** Does the jobs of all organizations, as many at once as it has workers. Disposing returns the jobs in progress. */
export class JobWorker implements AsyncDisposable {
  readonly totals: JobTotals = { done: 0, failed: 0, died: 0, returned: 0 };
  readonly #options: JobWorkerOptions;
  readonly #kinds: ReadonlyMap<string, JobKind>;
  readonly #turns = new TurnsOfTenants();
  /** When organizations have work later on. */
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #sweep: NodeJS.Timeout;
  #onIdle: (() => void)[] = [];

  constructor(options: JobWorkerOptions) {
    this.#options = options;
    this.#kinds = new Map(options.kinds.map((kind) => [kind.name, kind]));
    this.#sweep = setInterval(() => void this.sweep(), sweepMs).unref();
  }

  /** Jobs that run now. */
  get running(): number {
    return this.#running.size;
  }

  /** Looks for jobs of an organization. */
  wake(organizationId: string): void {
    if (this.#stopping.signal.aborted) return;
    clearTimeout(this.#timers.get(organizationId));
    this.#timers.delete(organizationId);
    this.#turns.add(organizationId);
    outsideRequests(() => this.#start());
  }

  /** Looks for jobs of all organizations. */
  async sweep(): Promise<void> {
    try {
      for (const id of await this.#options.listOrganizations()) this.wake(id);
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the organizations with jobs could not be listed; it is tried again');
    }
  }

  /** Resolves when no job is due. */
  async idle(): Promise<void> {
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#sweep);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  #start(): void {
    while (this.#running.size < this.#options.workers && !this.#stopping.signal.aborted) {
      const id = this.#turns.take();
      if (id === undefined) break;
      const turn: Promise<void> = this.#turn(id).finally(() => {
        this.#running.delete(turn);
        this.#start();
      });
      this.#running.add(turn);
    }
    if (this.#running.size > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  /** Does one job of an organization. Never rejects. */
  async #turn(id: string): Promise<void> {
    let hasMore = false;
    try {
      const tenant = await this.#options.findTenant(id);
      if (tenant?.status === 'ACTIVE') hasMore = await this.#doNext(tenant);
    } catch (error) {
      // An organization that is being migrated or moved, or whose database is away: others say so
      if (!(error instanceof AppError))
        this.#options.logger.warn({ err: error, organizationId: id }, 'the jobs of an organization cannot be reached');
      this.#wakeIn(id, awayMs);
    } finally {
      this.#turns.end(id, hasMore);
    }
  }

  async #doNext(tenant: Tenant): Promise<boolean> {
    const feedAgainInMs = await this.#options.feed?.(tenant);
    const now = this.#options.clock();
    const claim = { kinds: [...this.#kinds.keys()], now, until: later(now, leaseMs) };
    const found = await this.#write(tenant, (tx) => claimJob(tx, claim));
    if ('job' in found) {
      await this.#attempt(tenant, found.job);
      return true;
    }
    // A job that is due but locked by another transaction is looked at again a second later
    const waits = found.nextAt ? [Math.max(found.nextAt.getTime() - now.getTime(), lockedMs)] : [];
    if (feedAgainInMs) waits.push(feedAgainInMs);
    if (waits.length > 0) this.#wakeIn(tenant.id, Math.min(...waits));
    return feedAgainInMs === 0;
  }

  async #attempt(tenant: Tenant, job: ClaimedJob): Promise<void> {
    const { signal: stopping } = this.#stopping;
    let again: { againInMs: number } | undefined;
    try {
      // Earlier attempts that ended with their process have not been recorded as failed
      if (job.attempts > mostAttempts) throw new AppError('INTERNAL', 'The process ended during each attempt');
      const kind = this.#kinds.get(job.kind)!;
      const limit = AbortSignal.timeout(attemptMs);
      const work = kind.run({
        ...{ tenant, id: job.id, payload: job.payload, signal: AbortSignal.any([stopping, limit]) },
      });
      again = await Promise.race([work, rejectedBy(limit)]);
    } catch (error) {
      if (stopping.aborted) {
        await this.#write(tenant, (tx) => returnJob(tx, job));
        this.totals.returned++;
      } else await this.#fail(tenant, job, error);
      return;
    }
    const runAt = again && later(this.#options.clock(), again.againInMs);
    await this.#write(tenant, (tx) => (runAt ? postponeJob(tx, job, runAt) : finishJob(tx, job)));
    this.totals.done++;
  }

  async #fail(tenant: Tenant, job: ClaimedJob, error: unknown): Promise<void> {
    const now = this.#options.clock();
    const delay = retryDelay(job.attempts);
    const runAt = delay === undefined ? undefined : later(now, delay);
    const text = String(error instanceof Error ? error.message : error).slice(0, longestError);
    await this.#write(tenant, (tx) => failJob(tx, job, { error: text, now, runAt }));
    const { logger } = this.#options;
    const about = { err: error, tenant: tenant.slug, job: job.id, kind: job.kind, attempts: job.attempts };
    if (runAt) logger.warn(about, 'a job failed and will be tried again');
    else logger.error(about, 'a job was given up: see chantier jobs list');
    this.totals[runAt ? 'failed' : 'died']++;
  }

  #write<T>(tenant: Tenant, work: (tx: TenantTx) => Promise<T>): Promise<T> {
    return this.#options.binding.write(tenant, work, options);
  }

  #wakeIn(id: string, ms: number): void {
    if (this.#stopping.signal.aborted) return;
    clearTimeout(this.#timers.get(id));
    // A longer wait is cut short by the next sweep
    const timer = setTimeout(() => this.wake(id), Math.min(Math.max(ms, 0), sweepMs));
    this.#timers.set(id, timer.unref());
  }
}

/** Rejects when the signal aborts. */
const rejectedBy = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
