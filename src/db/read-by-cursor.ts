import type { Answer } from './slot.ts';

/** The part of a session that reads by cursor. It must be `fresh`: its texts never come again, so none is prepared. */
export interface CursorSession {
  run(text: string, parameters: readonly unknown[], form?: 'bytes'): Promise<Answer>;
}

/** The columns of a row, as bytes of text. */
export type ByteRow = readonly (Buffer | null)[];

const firstBatch = 20;
const largestBatch = 2_000;
const batchBytes = 256 * 1024;
/** Rows after short ones may be long. */
const growth = 4;

const bytesOf = (row: ByteRow): number => row.reduce((sum, value) => sum + (value?.length ?? 0), 0);

/** How many rows of this size make a batch, at most a few times as many as were read last. */
function sizeAfter(rows: readonly ByteRow[]): number {
  const bytes = rows.reduce((sum, row) => sum + bytesOf(row), 0);
  const fitting = Math.floor((batchBytes * rows.length) / Math.max(1, bytes));
  return Math.min(largestBatch, growth * rows.length, Math.max(1, fitting));
}

/**
 * Reads at most `limit` rows of a statement through a server-side cursor, in batches of a few hundred kilobytes if its
 * rows are of similar length, so that memory does not depend on the number of rows. The statement runs once, in the
 * snapshot of the session's transaction. The next batch is requested while the caller uses this one.
 */
export async function* readByCursor(
  session: CursorSession,
  text: string,
  parameters: readonly unknown[],
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly ByteRow[]> {
  // By default the planner prefers plans whose first rows come soon, because few callers read a cursor to its end
  const planned = session.run(`select set_config('cursor_tuple_fraction', '1', true)`, []);
  const declared = session.run(`declare rows no scroll cursor for ${text}`, parameters);
  let left = limit;
  let size = Math.min(firstBatch, left);
  let next = fetchRows(session, size);
  await Promise.all([planned, declared]);
  for (;;) {
    const rows = await next;
    left -= rows.length;
    const isLast = rows.length < size || left === 0;
    if (!isLast) {
      size = Math.min(sizeAfter(rows), left);
      next = fetchRows(session, size);
    }
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
