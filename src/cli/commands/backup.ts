import type { Command } from 'commander';
import { catalogSubject } from '../../fleet/archive/archive-names.ts';
import { backupCatalog } from '../../fleet/archive/backup-catalog.ts';
import { deleteOld } from '../../fleet/archive/retention.ts';
import { addKeyOptions, type KeyFlags, readKey } from '../archive-key.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';
import { wholeNumber } from './tenant-backup.ts';

interface Flags extends KeyFlags {
  to: string;
  keepDays?: number;
  json?: boolean;
}

export function addBackup(program: Command, host: Host): void {
  const command = program
    .command('backup')
    .description(
      'Write the catalog to an archive: companies, users, keys (sealed; SECRET opens them), no company’s data.',
    )
    .requiredOption('--catalog', 'the catalog; companies are backed up by `tenant backup`')
    .option('--to <folder>', 'where archives are', 'backups')
    .option('--keep-days <n>', 'delete older archives of the catalog once there is a new one', wholeNumber)
    .option('--json', 'print one JSON document');
  addKeyOptions(command).action(async (flags: Flags) => {
    await using toolbox = await host.open();
    const key = await readKey(flags);
    const { file, size, manifest } = await backupCatalog(toolbox.fleet, { folder: flags.to, key, signal: host.signal });
    const { keepDays } = flags;
    const deleted = keepDays === undefined ? [] : await deleteOld(flags.to, catalogSubject, { keepDays });
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    const result = { file, bytes: size, rows, snapshotAt: manifest.snapshotAt, deleted };
    print(host, flags.json, result, () => `${file}: ${rows} rows, ${size} bytes`);
  });
}
