import { setTimeout as delay } from 'node:timers/promises';
import { Slot } from './slot.ts';

/** What is between a URL and its database: nothing, or a pooler in one of its modes. */
export type Pooling = 'none' | 'session' | 'transaction';

const connectMs = 5_000;
/** The limit matters if the pooler has no second connection: the probe then waits for the one that it holds itself. */
const answerMs = 2_000;
const rivals = 3;

/**
 * Finds out whether a URL leads to a pooler. The process id of a pooler's cancel key is not that of the backend. In
 * transaction mode, other clients get the connection that the probe had, or the probe gets another one; a pooler that
 * never does this counts as one in session mode. Leaves nothing behind. Throws the errors of connecting.
 */
export async function probePooling(url: string): Promise<Pooling> {
  await using slots = new AsyncDisposableStack();
  const open = async () => {
    const slot = await Slot.open({ url, prepare: false, applicationName: 'chantier probe', connectMs });
    // It may open after `inTime` has given up
    if (slots.disposed) slot.destroy();
    else slots.defer(async () => slot.destroy());
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
