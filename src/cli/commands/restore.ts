import { openArchive } from '../../fleet/archive/open-archive.ts';
import { restoreCatalog } from '../../fleet/archive/restore-catalog.ts';
import { type OpenFlags, readKey } from '../archive-key.ts';
import { archiveAt } from '../archive-storage.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

export interface Flags extends OpenFlags {
  json?: boolean;
}

export async function run(host: Host, file: string, flags: Flags): Promise<void> {
  const key = await readKey(flags);
  await using toolbox = await host.openFleet();
  const archive = await openArchive(await archiveAt(toolbox.config, file), key);
  const restored = await restoreCatalog(toolbox.fleet, archive);
  const waiting = restored.waiting.length === 0 ? '' : `; restore the data of: ${restored.waiting.join(', ')}`;
  print(host, flags.json, restored, () => `${restored.rows} rows restored${waiting}`);
}
