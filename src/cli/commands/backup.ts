import { backupCatalog } from '../../fleet/archive/backup-catalog.ts';
import { deleteOld } from '../../fleet/archive/retention.ts';
import { type KeyFlags, readKey } from '../archive-key.ts';
import { backupFolder } from '../backup-folder.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

export interface Flags extends KeyFlags {
  to?: string;
  keepDays?: number;
  json?: boolean;
}

export async function run(host: Host, flags: Flags): Promise<void> {
  await using toolbox = await host.open();
  const key = await readKey(flags);
  const folder = flags.to ?? backupFolder(toolbox.config);
  const { file, size, manifest } = await backupCatalog(toolbox.fleet, { folder, key, signal: host.signal });
  const { keepDays } = flags;
  const deleted = keepDays === undefined ? [] : await deleteOld(file, { keepDays });
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const result = { file, bytes: size, rows, snapshotAt: manifest.snapshotAt, deleted };
  print(host, flags.json, result, () => `${file}: ${rows} rows, ${size} bytes`);
}
