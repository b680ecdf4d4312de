import type { Command } from 'commander';
import { openArchive } from '../../fleet/archive/open-archive.ts';
import { restoreCatalog } from '../../fleet/archive/restore-catalog.ts';
import { addKeyOptions, type KeyFlags, readKey } from '../archive-key.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

interface Flags extends KeyFlags {
  json?: boolean;
}

export function addRestore(program: Command, host: Host): void {
  const command = program
    .command('restore <archive>')
    .description(
      'Restore the catalog into a new installation. Then each company: tenant restore <archive> --over <slug>.',
    )
    .requiredOption('--catalog', 'the catalog; companies are restored by `tenant restore`')
    .option('--json', 'print one JSON document');
  addKeyOptions(command).action(async (file: string, flags: Flags) => {
    const archive = await openArchive(file, await readKey(flags));
    await using toolbox = await host.open();
    const restored = await restoreCatalog(toolbox.fleet, archive);
    const waiting = restored.waiting.length === 0 ? '' : `; these wait for their data: ${restored.waiting.join(', ')}`;
    print(host, flags.json, restored, () => `${restored.rows} rows restored${waiting}`);
  });
}
