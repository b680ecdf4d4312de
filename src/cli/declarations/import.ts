import { Argument } from 'commander';
import type { ImportKind } from '../../modules/imports/mapping.ts';
import type { Flags } from '../commands/import.ts';
import { declare } from '../declare.ts';
import { choice, wholeNumber } from '../flags.ts';

const kinds: Record<ImportKind, true> = { tasks: true, time: true, messages: true };

export const importRows = declare<[kind: ImportKind, file: string, flags: Flags]>({
  usage: 'import',
  description: 'Import a CSV, JSON or XML file with a mapping (see docs/import.md). Rerun it to resume.',
  examples: [
    'import tasks tickets.csv --tenant acme --map tickets.yaml',
    'import time toggl.csv --tenant acme --map toggl --dry-run',
  ],
  options: (command) =>
    command
      .addArgument(new Argument('<kind>', 'what the rows contain').choices(Object.keys(kinds)))
      .argument('<file>', 'the file, or a folder of files; joined files must be in the same folder')
      .requiredOption('--tenant <slug>', 'the organization')
      .option('--map <mapping>', 'how rows become records: the name of a shipped mapping, or a file')
      .addOption(
        choice('--on-error <what>', 'at an invalid row: stop, or skip and list it', ['stop', 'skip']).default('stop'),
      )
      .option('--encoding <name>', 'encoding of the file; overrides the mapping')
      .option('--delimiter <text>', 'delimiter of a CSV file; overrides the mapping')
      .option(
        '--dry-run [rows]',
        'import nothing; show the result for the first rows (default: 20)',
        wholeNumber(1_000),
      )
      .option('--detect', 'import nothing; find a shipped mapping that fits, or propose one')
      .option('--batch-size <rows>', 'rows written in one transaction (default: 1000)', wholeNumber(10_000)),
  destroys: null,
  run: async (...args) => (await import('../commands/import.ts')).run(...args),
});
