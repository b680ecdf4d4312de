import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../lib/errors.ts';
import { poll } from '../../lib/poll.ts';

/*
 * Locks between processes that the kernel releases when their holder dies, however it dies. Node has no flock, so
 * these borrow SQLite's: an empty database file, locked and never written. Pid files cannot do the same: a pid is
 * used again, and two processes can take over the same dead one's file. Nothing else may open the file: to close
 * any descriptor of it drops the locks that this process has on it.
 */

const exclusive = 'BEGIN EXCLUSIVE';
const shared = 'BEGIN; SELECT count(*) FROM sqlite_master';
const sqliteBusy = 5;

/** Waits until nobody else holds the lock; throws UNAVAILABLE after `waitMs`. */
export async function lock(file: string, waitMs: number): Promise<Disposable> {
  const held = await poll(() => take(file, exclusive), waitMs);
  if (held) return held;
  throw new AppError('UNAVAILABLE', `Another process has held ${file} for too long`);
}

/** Joins those who hold the lock together; undefined while one holds it alone. */
export const tryShare = (file: string): Disposable | undefined => take(file, shared);

/** Whether anyone holds the lock, alone or together. */
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
