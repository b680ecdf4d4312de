import { beforeAll, describe, expect, it } from 'vitest';
import type { JobKind, JobWork } from '../../src/jobs/job-kind.ts';
import { claimJob, countJobs, finishJob, listJobs, retryDeadJobs } from '../../src/jobs/job-rows.ts';
import { JobWorker } from '../../src/jobs/job-worker.ts';
import { mostAttempts } from '../../src/jobs/retry-delay.ts';
import { later } from '../../src/lib/clock.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { jobs } from '../../src/modules/jobs/tables.ts';
import { type Company, world } from '../support/world.ts';

const server = await world();
const { binding } = server.app;
let now = new Date('2026-03-02T08:00:00Z');
let company: Company;
let other: Company;

beforeAll(async () => {
  [company, other] = await Promise.all([server.company(), server.company()]);
});

function workerOf(kinds: readonly JobKind[], workers = 1): JobWorker {
  return new JobWorker({
    ...{ binding, kinds, workers, clock: () => now, logger: createLogger({ level: 'fatal' }) },
    findTenant: (id) => server.app.directory.findById(id),
    listOrganizations: async () => [company.tenant.id, other.tenant.id],
  });
}

async function add(to: Company, kind: string, count = 1): Promise<string[]> {
  const ids = Array.from({ length: count }, () => uuidv7());
  await binding.write(to.tenant, async (tx) => {
    await tx.insert(jobs).values(ids.map((id) => ({ id, kind, payload: {}, runAt: now })));
  });
  return ids;
}

const rowsOf = (of: Company) => binding.read(of.tenant, (db) => listJobs(db, 100));
const counts = (of: Company) => binding.read(of.tenant, countJobs);
const noting = (name: string, done: string[]): JobKind => ({
  name,
  run: async ({ id, tenant }) => {
    done.push(`${tenant.slug} ${id}`);
    return undefined;
  },
});

describe('a worker', () => {
  it('does each job once, in turns of the organizations, so that a flood delays nobody', async () => {
    const done: string[] = [];
    const [flood, few] = [await add(company, 'note', 40), await add(other, 'note', 3)];
    await using worker = workerOf([noting('note', done)]);
    await worker.sweep();
    await worker.idle();
    expect(done.toSorted()).toEqual(
      [...flood.map((id) => `${company.tenant.slug} ${id}`), ...few.map((id) => `${other.tenant.slug} ${id}`)].sort(),
    );
    const last = done.findLastIndex((each) => each.startsWith(other.tenant.slug));
    expect(last).toBeLessThanOrEqual(2 * few.length);
    expect(worker.totals).toEqual({ done: 43, failed: 0, died: 0, returned: 0 });
    expect([await counts(company), await counts(other)]).toEqual(Array(2).fill({ waiting: 0, dead: 0 }));
  });

  it('tries a failed job again, later each time, gives it up, and never lets it block another', async () => {
    const done: string[] = [];
    const broken: JobKind = {
      name: 'broken',
      run: () => Promise.reject(new Error('It is broken')),
    };
    const [poisoned] = await add(company, 'broken');
    await add(company, 'unknown');
    const [good] = await add(company, 'note');
    const gaps: number[] = [];
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      await using worker = workerOf([broken, noting('note', done)]);
      worker.wake(company.tenant.id);
      await worker.idle();
      const waiting = (await rowsOf(company)).find(({ id }) => id === poisoned)!;
      expect(waiting).toMatchObject({ attempts: attempt, lastError: 'It is broken' });
      if (attempt === mostAttempts) expect(waiting.diedAt).toEqual(now);
      else gaps.push(waiting.runAt.getTime() - now.getTime());
      now = later(now, 12 * 3_600_000);
    }
    expect(done).toEqual([`${company.tenant.slug} ${good}`]);
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
    expect(await counts(company)).toEqual({ waiting: 1, dead: 1 });
    expect(await binding.write(company.tenant, (tx) => retryDeadJobs(tx, now, poisoned))).toBe(1);
    await using worker = workerOf([noting('broken', done)]);
    worker.wake(company.tenant.id);
    await worker.idle();
    expect(done).toHaveLength(2);
    // A job of a kind that this build does not know waits for a build that does
    expect(await counts(company)).toEqual({ waiting: 1, dead: 0 });
  });

  it('returns the job in progress when it stops, and the attempt does not count', async () => {
    const [id] = await add(other, 'slow');
    const began = Promise.withResolvers<void>();
    const slow: JobKind = {
      name: 'slow',
      run({ signal }: JobWork) {
        began.resolve();
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    };
    const worker = workerOf([slow]);
    worker.wake(other.tenant.id);
    await began.promise;
    await worker[Symbol.asyncDispose]();
    expect(worker.totals).toMatchObject({ returned: 1, failed: 0 });
    expect(await rowsOf(other)).toMatchObject([{ id, attempts: 0, lastError: null }]);
    const done: string[] = [];
    await using next = workerOf([noting('slow', done)]);
    next.wake(other.tenant.id);
    await next.idle();
    expect(done).toEqual([`${other.tenant.slug} ${id}`]);
  });

  it('begins a job again whose process died, after its lease, under the same id', async () => {
    const [id] = await add(other, 'note');
    const claim = () =>
      binding.write(other.tenant, (tx) => claimJob(tx, { kinds: ['note'], now, until: later(now, 1_000) }));
    const first = await claim();
    expect(first).toMatchObject({ job: { id, attempts: 1 } });
    expect(await claim()).toEqual({ nextAt: later(now, 1_000) });
    now = later(now, 1_000);
    const second = await claim();
    expect(second).toMatchObject({ job: { id, attempts: 2 } });
    const finish = (claimed: Awaited<ReturnType<typeof claim>>) =>
      binding.write(other.tenant, async (tx) => 'job' in claimed && finishJob(tx, claimed.job));
    await finish(first);
    expect(await counts(other)).toEqual({ waiting: 1, dead: 0 });
    await finish(second);
    expect(await counts(other)).toEqual({ waiting: 0, dead: 0 });
  });

  it('gives up a job that ends the process in each attempt', async () => {
    const [id] = await add(other, 'note');
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const claimed = await binding.write(other.tenant, (tx) =>
        claimJob(tx, { kinds: ['note'], now, until: later(now, 1_000) }),
      );
      expect(claimed).toMatchObject({ job: { id, attempts: attempt } });
      now = later(now, 1_000);
    }
    const done: string[] = [];
    await using worker = workerOf([noting('note', done)]);
    worker.wake(other.tenant.id);
    await worker.idle();
    expect([done, worker.totals.died]).toEqual([[], 1]);
    expect(await counts(other)).toEqual({ waiting: 0, dead: 1 });
    await binding.write(other.tenant, async (tx) => void (await tx.delete(jobs)));
  });

  it('gives each of two processes other jobs', async () => {
    const ids = await add(other, 'note', 20);
    const done: string[] = [];
    const workers = [workerOf([noting('note', done)], 3), workerOf([noting('note', done)], 3)];
    for (const worker of workers) worker.wake(other.tenant.id);
    await Promise.all(workers.map((worker) => worker.idle()));
    for (const worker of workers) await worker[Symbol.asyncDispose]();
    expect(done.toSorted()).toEqual(ids.map((id) => `${other.tenant.slug} ${id}`).sort());
  });
});
