import type { Command } from 'commander';
import { openArchive } from '../../fleet/archive/open-archive.ts';
import { verifyArchive } from '../../fleet/archive/verify-archive.ts';
import { allAdminsOf } from '../../fleet/fleet.ts';
import { addKeyOptions, type KeyFlags, readKey } from '../archive-key.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host } from '../toolbox.ts';

interface Flags extends KeyFlags {
  json?: boolean;
}

export function addTenantVerify(tenant: Command, host: Host): void {
  const command = tenant
    .command('verify <archive>')
    .description(
      'Prove that an archive can be restored: restore it into a scratch schema, compare every row, drop that.',
    )
    .option('--json', 'print one JSON document');
  addKeyOptions(command).action(async (file: string, flags: Flags) => {
    const archive = await openArchive(file, await readKey(flags));
    await using toolbox = await host.open();
    await using admins = allAdminsOf(toolbox.fleet);
    using bar = new ProgressBar(host.stderr, 'bytes');
    const proven = await verifyArchive(toolbox.fleet, admins, archive, {
      signal: host.signal,
      onProgress: ({ bytes, totalBytes }) => bar.show(bytes / totalBytes, bytes),
    });
    print(host, flags.json, proven, () => `${file}: ${proven.rows} rows in ${proven.tables} tables, all as archived`);
  });
}
