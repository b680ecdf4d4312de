import { backupCatalog } from '../../fleet/archive/backup-catalog.ts';
import { deleteOld, discardAbandoned } from '../../fleet/archive/retention.ts';
import { badInput } from '../../lib/errors.ts';
import { type LockFlags, readLock } from '../archive-key.ts';
import { archiveStorage } from '../archive-storage.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

export interface Flags extends LockFlags {
  catalog?: boolean;
  to?: string;
  keepDays?: number;
  keepCount?: number;
  json?: boolean;
}

export async function run(host: Host, flags: Flags): Promise<void> {
  if (!flags.catalog) throw badInput('Use --catalog, or a subcommand such as backup status', 'catalog');
  await using toolbox = await host.openFleet();
  const key = await readLock(flags);
  using storage = await archiveStorage(toolbox.config, flags.to);
  const made = await backupCatalog(toolbox.fleet, { storage, key, signal: host.signal });
  const deleted = await deleteOld(made, flags);
  await discardAbandoned(storage);
  const { file, size, manifest } = made;
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const result = { file, bytes: size, rows, snapshotAt: manifest.snapshotAt, deleted };
  print(host, flags.json, result, () => `${file}: ${rows} rows, ${size} bytes`);
}
