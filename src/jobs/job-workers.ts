import type { JobTotals, JobWorker } from './job-worker.ts';

/** Workers for several kinds of jobs, so that slow jobs of one kind do not keep those of another waiting. */
export class JobWorkers implements AsyncDisposable {
  readonly #each: readonly JobWorker[];

  constructor(each: readonly JobWorker[]) {
    this.#each = each;
  }

  /** Jobs that run now. */
  get running(): number {
    return this.#each.reduce((sum, { running }) => sum + running, 0);
  }

  get totals(): JobTotals {
    const total: JobTotals = { done: 0, failed: 0, died: 0, returned: 0 };
    for (const { totals } of this.#each)
      for (const outcome of Object.keys(total) as (keyof JobTotals)[]) total[outcome] += totals[outcome];
    return total;
  }

  /** Looks for jobs of an organization. */
  wake(organizationId: string): void {
    for (const worker of this.#each) worker.wake(organizationId);
  }

  /** Looks for jobs of all organizations. */
  async sweep(): Promise<void> {
    await Promise.all(this.#each.map((worker) => worker.sweep()));
  }

  /** Resolves when no job is due. */
  async idle(): Promise<void> {
    await Promise.all(this.#each.map((worker) => worker.idle()));
  }

  /** Returns the jobs in progress. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#each.map((worker) => worker[Symbol.asyncDispose]()));
  }
}
