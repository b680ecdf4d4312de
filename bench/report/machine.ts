import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { Admin } from '../../src/db/admin.ts';
import type { Machine } from './result.ts';

export async function describeMachine(databaseUrl: string): Promise<Machine> {
  await using admin = new Admin({ url: databaseUrl });
  const [server] = await admin.run<{ version: string }>(`select current_setting('server_version') as version`);
  return {
    processors: availableParallelism(),
    model: cpus()[0]?.model.trim() ?? 'unknown',
    memory: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    postgres: server!.version,
    load: loadavg()[0]!,
  };
}
