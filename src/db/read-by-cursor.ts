import type { Answer } from './slot.ts';

/** The part of a session that `readByCursor` uses. The session must parse its statements each time (`fresh`). */
export interface CursorSession {
  run(text: string, parameters: readonly unknown[], form?: 'bytes'): Promise<Answer>;
}

/** The columns of a row, as bytes of text. */
export type ByteRow = readonly (Buffer | null)[];

const firstBatch = 100;
const largestBatch = 2_000;
const batchBytes = 256 * 1024;

const bytesOf = (row: ByteRow): number => row.reduce((sum, value) => sum + (value?.length ?? 0), 0);

/** How many rows of this size make a batch. */
function sizeAfter(rows: readonly ByteRow[]): number {
  const bytes = rows.reduce((sum, row) => sum + bytesOf(row), 0);
  return Math.min(largestBatch, Math.max(1, Math.floor((batchBytes * rows.length) / Math.max(1, bytes))));
}

/**
 * Reads the rows of a statement through a cursor of the server, in batches of a few hundred kilobytes, so that memory
 * does not depend on the number of rows. The statement runs once, in the snapshot of the session's transaction. The
 * next batch is requested while the caller uses this one.
 */
export async function* readByCursor(
  session: CursorSession,
  text: string,
  parameters: readonly unknown[],
): AsyncGenerator<readonly ByteRow[]> {
  // By default the planner prefers plans whose first rows come soon, because few callers read a cursor to its end
  const whole = session.run(`select set_config('cursor_tuple_fraction', '1', true)`, []);
  const declared = session.run(`declare rows no scroll cursor for ${text}`, parameters);
  let size = firstBatch;
  let next = fetchRows(session, size);
  await Promise.all([whole, declared]);
  for (;;) {
    const rows = await next;
    const isLast = rows.length < size;
    if (rows.length) size = sizeAfter(rows);
    if (!isLast) next = fetchRows(session, size);
    if (rows.length) yield rows;
    if (isLast) return;
  }
}

function fetchRows(session: CursorSession, size: number): Promise<readonly ByteRow[]> {
  const rows = session.run(`fetch ${size} from rows`, [], 'bytes');
  // The caller may stop before it needs the batch
  rows.catch(() => {});
  return rows as Promise<unknown> as Promise<readonly ByteRow[]>;
}
