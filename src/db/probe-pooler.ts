import { setTimeout as delay } from 'node:timers/promises';
import { Slot } from './slot.ts';

/** What stands between an address and its database: nothing, or a pooler in one of its modes. */
export type Pooling = 'none' | 'session' | 'transaction';

const connectMs = 5_000;
/** A pooler without a connection to spare lets the probe wait for the one that the probe itself holds. */
const answerMs = 2_000;
const rivals = 3;

/**
 * Finds out what an address leads to. A pooler is known by the process id that it gives to cancel by, which is not the
 * server's. One in transaction mode is known by what others do to it: they get the connection that the probe had, or it
 * gets another one. One that is never seen to do so counts as one in session mode. Leaves nothing behind.
 * Throws what connecting throws.
 */
export async function probePooling(url: string): Promise<Pooling> {
  await using slots = new AsyncDisposableStack();
  const open = async () => {
    const slot = await Slot.open({ url, prepare: false, applicationName: 'chantier probe', connectMs });
    slots.defer(async () => slot.destroy());
    return slot;
  };
  const slot = await open();
  const before = await pidOf(slot);
  if (before === slot.pid) return 'none';
  for (let rival = 0; rival < rivals; rival++) {
    const other = await inTime(open());
    const held = other && (await inTime(other.control('begin').then(() => pidOf(other))));
    if (held === before) return 'transaction';
    if (held === undefined) break;
  }
  return (await inTime(pidOf(slot))) === before ? 'session' : 'transaction';
}

async function pidOf(slot: Slot): Promise<number> {
  const [row] = await slot.runOnce('select pg_backend_pid() as pid');
  return (row as unknown as { pid: number }).pid;
}

const inTime = <T>(work: Promise<T>): Promise<T | undefined> =>
  Promise.race([work.catch(() => undefined), delay(answerMs, undefined, { ref: false })]);
