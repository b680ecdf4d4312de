import { Argument } from 'commander';
import type { ImportKind } from '../../modules/imports/mapping.ts';
import type { Flags } from '../commands/import.ts';
import { declare } from '../declare.ts';
import { choice, wholeNumber } from '../flags.ts';

const kinds: Record<ImportKind, true> = { tasks: true, time: true, messages: true };

export const importRows = declare<[kind: ImportKind, file: string, flags: Flags]>({
  usage: 'import',
  description: 'Import a file of CSV, JSON or XML, by a mapping (see docs/import.md). Rerun it to resume.',
  examples: [
    'import tasks tickets.csv --tenant acme --map tickets.yaml',
    'import time toggl.csv --tenant acme --map toggl --dry-run',
  ],
  options: (command) =>
    command
      .addArgument(new Argument('<kind>', 'what the rows are').choices(Object.keys(kinds)))
      .argument('<file>', 'the file, or a folder of them; files that the mapping joins are beside it')
      .requiredOption('--tenant <slug>', 'the organization')
      .option('--map <mapping>', 'how rows become records: a file, or the name of a mapping that comes along')
      .addOption(
        choice('--on-error <what>', 'at a bad row: stop, or skip it and list it', ['stop', 'skip']).default('stop'),
      )
      .option('--encoding <name>', 'encoding of the file, instead of that of the mapping')
      .option('--delimiter <text>', 'delimiter of a CSV file, instead of that of the mapping')
      .option('--dry-run [rows]', 'show what would come of the first rows (default: 20)', wholeNumber(1_000))
      .option('--detect', 'find a mapping that comes along and fits, or propose one')
      .option('--batch-size <rows>', 'rows written in one transaction (default: 1000)', wholeNumber(10_000)),
  destroys: null,
  run: async (...args) => (await import('../commands/import.ts')).run(...args),
});
