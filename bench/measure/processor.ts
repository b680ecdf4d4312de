import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second. */
const ticksPerSecond = 100;

interface Stat {
  parent: number;
  /** User and system time of the process, and of its children that have ended. */
  own: number;
  ended: number;
}

/** Undefined for a process that has gone. */
function statOf(pid: number | string): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is a name in parentheses, which may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [parent, ...times] = [1, 11, 12, 13, 14].map((index) => Number(fields[index])) as [number, ...number[]];
    const [user, system, childUser, childSystem] = times as [number, number, number, number];
    return { parent, own: user + system, ended: childUser + childSystem };
  } catch {
    return undefined;
  }
}

/** Seconds of processor time that a process has used. */
export const processSeconds = (pid: number): number => (statOf(pid)?.own ?? 0) / ticksPerSecond;

/** The same of a database server with all its processes, those that have ended too. */
export function databaseSeconds(postmaster: number): number {
  const { own, ended } = statOf(postmaster) ?? { own: 0, ended: 0 };
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => statOf(pid) ?? [])
    .filter(({ parent }) => parent === postmaster);
  return children.reduce((sum, child) => sum + child.own, own + ended) / ticksPerSecond;
}
