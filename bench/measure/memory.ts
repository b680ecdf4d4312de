import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { Admin } from '../../src/db/admin.ts';

/** Megabytes. */
export interface Memory {
  /** Resident in the server's process. */
  server: number;
  backends: number;
  /** Private to all its database connections together: caches and plans, not the buffers that all share. */
  inBackends: number;
  /** Of that, what the largest of them takes. */
  largest: number;
}

/** What a process and its connections to the database of this address hold. */
export async function memoryOf(pid: number, databaseUrl: string): Promise<Memory> {
  const ports = localPorts(pid, Number(new URL(databaseUrl).port));
  await using admin = new Admin({ url: databaseUrl });
  const backends = await admin.run<{ pid: number }>('select pid from pg_stat_activity where client_port = any($1)', [
    ports,
  ]);
  const each = backends.map((backend) => statusOf(backend.pid, 'RssAnon'));
  const inBackends = each.reduce((sum, one) => sum + one, 0);
  return { server: statusOf(pid, 'VmRSS'), backends: backends.length, inBackends, largest: Math.max(0, ...each) };
}

/** The largest of each figure. */
export function mostMemory(all: readonly Memory[]): Memory {
  const most = (of: (memory: Memory) => number) => Math.max(...all.map(of));
  return {
    server: most(({ server }) => server),
    backends: most(({ backends }) => backends),
    inBackends: most(({ inBackends }) => inBackends),
    largest: most(({ largest }) => largest),
  };
}

function statusOf(pid: number, field: 'VmRSS' | 'RssAnon'): number {
  const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) / 1024;
}

/** The ports of this machine from which a process is connected to another port. */
function localPorts(pid: number, to: number): number[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap(
      (fd) => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1] ?? [],
    ),
  );
  const [, ...lines] = readFileSync(`/proc/${pid}/net/tcp`, 'latin1').trim().split('\n');
  return lines.flatMap((line) => {
    const [, local, remote, , , , , , , inode] = line.trim().split(/\s+/);
    return sockets.has(inode!) && portOf(remote!) === to ? [portOf(local!)] : [];
  });
}

const portOf = (address: string): number => Number.parseInt(address.split(':')[1]!, 16);

/** Empty when it was closed meanwhile. */
function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
