import { openArchive } from '../../fleet/archive/open-archive.ts';
import { verifyArchive } from '../../fleet/archive/verify-archive.ts';
import { allAdminsOf } from '../../fleet/fleet.ts';
import { type KeyFlags, readKey } from '../archive-key.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host } from '../toolbox.ts';

export interface Flags extends KeyFlags {
  json?: boolean;
}

export async function run(host: Host, file: string, flags: Flags): Promise<void> {
  const archive = await openArchive(file, await readKey(flags));
  await using toolbox = await host.open();
  await using admins = allAdminsOf(toolbox.fleet);
  using bar = new ProgressBar(host, 'bytes');
  const proven = await verifyArchive(toolbox.fleet, admins, archive, {
    signal: host.signal,
    onProgress: ({ bytes, totalBytes }) => bar.show(bytes / totalBytes, bytes),
  });
  print(host, flags.json, proven, () => `${file}: ${proven.rows} rows in ${proven.tables} tables, all as archived`);
}
