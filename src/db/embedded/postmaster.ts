import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readIfExists } from '../../lib/data-dir.ts';
import { AppError } from '../../lib/errors.ts';
import { poll } from '../../lib/poll.ts';
import { run } from './account.ts';

/** A running server, as the `postmaster.pid` in its cluster describes it. */
export interface Postmaster {
  pid: number;
  port: number;
  ready: boolean;
}

const stopWithinMs = 30_000;
const quitWithinMs = 5_000;

/** The server that runs on the cluster, ready or still starting; undefined if none runs. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const lines = (await readIfExists(fileOf(cluster)))?.split('\n');
  const pid = Number(lines?.[0]);
  if (lines === undefined || !(await isPostmaster(pid, cluster))) return undefined;
  // A replica writes `standby` when it accepts reads
  return { pid, port: Number(lines[3]), ready: /^(ready|standby)$/.test(lines[7]?.trim() ?? '') };
}

/**
 * Stops the cluster's server: a fast shutdown first; if that takes too long an immediate one, after which the next
 * start recovers. Throws UNAVAILABLE if the server still runs.
 */
export async function stopPostmaster(cluster: string): Promise<void> {
  const gone = async () => (await findPostmaster(cluster)) === undefined || undefined;
  for (const [signal, withinMs] of [
    ['SIGINT', stopWithinMs],
    ['SIGQUIT', quitWithinMs],
  ] as const) {
    const running = await findPostmaster(cluster);
    if (running === undefined) return;
    kill(running.pid, signal);
    if (await poll(gone, withinMs)) return;
  }
  throw new AppError('UNAVAILABLE', `The embedded PostgreSQL in ${cluster} does not stop`);
}

/**
 * After a crash the file may name a pid that now belongs to another program, and PostgreSQL then refuses to start. With
 * its parent's pid (ours) in the file, PostgreSQL treats the file as stale and still looks for survivors of the crashed
 * server, which it would not do without the file.
 */
export async function replaceReusedPid(cluster: string): Promise<void> {
  const [pid, ...rest] = (await readIfExists(fileOf(cluster)))?.split('\n') ?? [];
  if (pid !== undefined && isAlive(Number(pid))) {
    await writeFile(fileOf(cluster), [process.pid, ...rest].join('\n'));
  }
}

const fileOf = (cluster: string) => path.join(cluster, 'postmaster.pid');

/** A pid alone proves nothing, because pids are reused; the command line names the cluster. */
async function isPostmaster(pid: number, cluster: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  return (await commandLine(pid)).split('\0').includes(cluster);
}

async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const { output } = await run('/bin/ps', ['-p', String(pid), '-o', 'command=']);
  return output.replaceAll(' ', '\0');
}

function isAlive(pid: number): boolean {
  try {
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
