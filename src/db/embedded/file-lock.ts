import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../lib/errors.ts';
import { poll } from '../../lib/poll.ts';

/*
 * Locks between processes that the kernel releases when their holder dies, however it dies. Node has no flock, so these
 * borrow SQLite's locks: an empty database file, locked and never written. Pid files cannot do the same: pids are
 * reused, and two processes can take over the same stale file. Nothing else may open the file: closing any descriptor
 * of it drops all locks that this process has on it.
 */

const exclusive = 'BEGIN EXCLUSIVE';
const shared = 'BEGIN; SELECT count(*) FROM sqlite_master';
const sqliteBusy = 5;

/** Takes the lock exclusively. Throws UNAVAILABLE if others still hold it after `waitMs`. */
export async function lock(file: string, waitMs: number): Promise<Disposable> {
  const held = await poll(() => take(file, exclusive), waitMs);
  if (held) return held;
  throw new AppError('UNAVAILABLE', `Another process has held ${file} for too long`);
}

/** Takes the lock together with other sharers; undefined if a process holds it exclusively. */
export const tryShare = (file: string): Disposable | undefined => take(file, shared);

/** Whether any process holds the lock, exclusively or shared. */
export function isHeld(file: string): boolean {
  using held = take(file, exclusive);
  return held === undefined;
}

function take(file: string, statement: string): Disposable | undefined {
  const database = new DatabaseSync(file);
  try {
    database.exec(statement);
    return { [Symbol.dispose]: () => database.close() };
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === sqliteBusy) return undefined;
    throw error;
  }
}
