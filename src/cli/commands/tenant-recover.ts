import { withRecoveredArchive } from '../../fleet/archive/recovered-archive.ts';
import { badInput } from '../../lib/errors.ts';
import { type LockFlags, readLock } from '../archive-key.ts';
import { archiveStorage } from '../archive-storage.ts';
import { ProgressBar } from '../progress.ts';
import { readVariable } from '../read-variable.ts';
import type { Host } from '../toolbox.ts';
import { replace, restoreAs } from './tenant-restore.ts';

export interface Flags extends LockFlags {
  at: Date;
  fromClusterEnv: string;
  schema?: string;
  as?: string;
  name?: string;
  owner?: string;
  members?: boolean;
  safetyTo?: string;
  safety: boolean;
  json?: boolean;
}

export async function run(host: Host, slug: string, flags: Flags): Promise<void> {
  const url = readVariable(flags.fromClusterEnv);
  if (!URL.canParse(url))
    throw badInput(`${flags.fromClusterEnv} must contain an address such as postgres://…`, 'from-cluster-env');
  const key = await readLock(flags);
  await using toolbox = await host.open();
  const tenant = await toolbox.directory.getBySlug(slug);
  const cluster = { url, at: flags.at, schemaName: flags.schema };
  using bar = new ProgressBar(host, 'bytes');
  const watch = {
    signal: host.signal,
    onProgress: ({ bytes, totalBytes }: { bytes: number; totalBytes: number }) => bar.show(bytes / totalBytes, bytes),
  };
  await withRecoveredArchive(toolbox.fleet, tenant, cluster, { signal: host.signal }, async (archive) => {
    if (flags.as !== undefined) return await restoreAs(host, toolbox, { archive, slug: flags.as, flags, watch });
    const safety = flags.safety ? { storage: await archiveStorage(toolbox.config, flags.safetyTo), key } : null;
    return await replace(host, toolbox, { archive, slug, flags, watch, safety });
  });
}
