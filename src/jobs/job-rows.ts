import { and, asc, eq, inArray, isNotNull, type SQL, sql } from 'drizzle-orm';
import { jobs } from '../modules/jobs/tables.ts';
import type { TenantDb, TenantTx } from '../tenancy/tenant-session.ts';

/** A job that this process works on. Its number of attempts tells it from a later attempt of another process. */
export interface ClaimedJob {
  id: string;
  kind: string;
  payload: Record<string, unknown>;
  attempts: number;
}

/**
 * Of these kinds, the job that has been due for longest, locked until then; without one, when there will be one. Jobs
 * of kinds that this build does not know wait for one that does. The subquery is compared by `=`, because PostgreSQL
 * may run one of `in` several times, and each time lock another row.
 */
export async function claimJob(
  tx: TenantTx,
  { kinds, now, until }: { kinds: readonly string[]; now: Date; until: Date },
): Promise<{ job: ClaimedJob } | { nextAt: Date | undefined }> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const known = sql`${jobs.diedAt} is null and ${inArray(jobs.kind, [...kinds])}`;
  const [claimed] = await tx.execute<ClaimedJob & Record<string, unknown>>(sql`
    update ${jobs} set locked_until = ${until.toISOString()}::timestamptz, attempts = ${jobs.attempts} + 1
    where ${jobs.id} = (select ${jobs.id} from ${jobs} where ${known} and ${jobs.runAt} <= ${at}
      and coalesce(${jobs.lockedUntil}, '-infinity') <= ${at}
      order by ${jobs.runAt}, ${jobs.id} limit 1 for update skip locked)
    returning ${jobs.id}, ${jobs.kind}, ${jobs.payload}, ${jobs.attempts}`);
  if (claimed) {
    const { id, kind, payload, attempts } = claimed;
    return { job: { id, kind, payload, attempts } };
  }
  const [next] = await tx.execute<{ ms: number | null }>(sql`
    select (extract(epoch from min(greatest(${jobs.runAt}, coalesce(${jobs.lockedUntil}, ${jobs.runAt})))) * 1000)::float8
      as ms from ${jobs} where ${known}`);
  const { ms } = next!;
  return { nextAt: ms === null ? undefined : new Date(ms) };
}

const isAttempt = ({ id, attempts }: ClaimedJob): SQL | undefined => and(eq(jobs.id, id), eq(jobs.attempts, attempts));

export async function finishJob(tx: TenantTx, job: ClaimedJob): Promise<void> {
  await tx.delete(jobs).where(isAttempt(job));
}

/** Gives a job back that was not done because the process stops: this attempt does not count. */
export async function returnJob(tx: TenantTx, job: ClaimedJob): Promise<void> {
  await tx
    .update(jobs)
    .set({ lockedUntil: null, attempts: job.attempts - 1 })
    .where(isAttempt(job));
}

/** Runs a job again at this time, as if it were new. */
export async function postponeJob(tx: TenantTx, job: ClaimedJob, runAt: Date): Promise<void> {
  await tx.update(jobs).set({ lockedUntil: null, attempts: 0, lastError: null, runAt }).where(isAttempt(job));
}

/** The job is tried again at this time, or given up without one. */
export async function failJob(
  tx: TenantTx,
  job: ClaimedJob,
  { error, now, runAt }: { error: string; now: Date; runAt: Date | undefined },
): Promise<void> {
  const then = runAt ? { runAt } : { diedAt: now };
  await tx
    .update(jobs)
    .set({ lockedUntil: null, lastError: error, ...then })
    .where(isAttempt(job));
}

export interface JobCounts {
  waiting: number;
  dead: number;
}

export async function countJobs(db: TenantDb): Promise<JobCounts> {
  const [row] = await db
    .select({
      waiting: sql`count(*) filter (where ${jobs.diedAt} is null)`.mapWith(Number),
      dead: sql`count(*) filter (where ${jobs.diedAt} is not null)`.mapWith(Number),
    })
    .from(jobs);
  return row!;
}

/** The first jobs of a tenant: those that died, then those that are due next. */
export const listJobs = (db: TenantDb, limit: number) =>
  db
    .select({
      id: jobs.id,
      kind: jobs.kind,
      attempts: jobs.attempts,
      runAt: jobs.runAt,
      diedAt: jobs.diedAt,
      lastError: jobs.lastError,
    })
    .from(jobs)
    .orderBy(asc(jobs.diedAt), asc(jobs.runAt), asc(jobs.id))
    .limit(limit);

/** Queues one dead job again, or all of them, with all of their attempts. Returns how many. */
export async function retryDeadJobs(tx: TenantTx, now: Date, id?: string): Promise<number> {
  const again = await tx
    .update(jobs)
    .set({ diedAt: null, attempts: 0, runAt: now })
    .where(and(isNotNull(jobs.diedAt), id === undefined ? undefined : eq(jobs.id, id)))
    .returning({ id: jobs.id });
  if (again.length) tx.hasNewJobs = true;
  return again.length;
}
