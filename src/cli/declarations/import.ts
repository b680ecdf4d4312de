import { Argument } from 'commander';
import type { ImportKind } from '../../modules/imports/mapping.ts';
import type { Flags } from '../commands/import.ts';
import { declare } from '../declare.ts';
import { choice, wholeNumber } from '../flags.ts';

const kinds: Record<ImportKind, true> = { tasks: true, time: true, messages: true };

export const importRows = declare<[kind: ImportKind, file: string, flags: Flags]>({
  usage: 'import',
  description: 'Import a file of CSV, JSON Lines or XML, by a mapping (see docs/import.md). Rerun it to resume.',
  examples: ['import tasks tickets.csv --tenant acme --map mappings/tickets.yaml'],
  options: (command) =>
    command
      .addArgument(new Argument('<kind>', 'what the rows are').choices(Object.keys(kinds)))
      .argument('<file>', 'the file; files that the mapping joins are beside it')
      .requiredOption('--tenant <slug>', 'the organization')
      .requiredOption('--map <mapping.yaml>', 'how rows become tasks, time entries or messages')
      .addOption(
        choice('--on-error <what>', 'at a bad row: stop, or skip it and list it', ['stop', 'skip']).default('stop'),
      )
      .option('--encoding <name>', 'encoding of the file, instead of that of the mapping')
      .option('--delimiter <text>', 'delimiter of a CSV file, instead of that of the mapping')
      .option('--batch-size <rows>', 'rows written in one transaction (default: 1000)', wholeNumber(10_000)),
  destroys: null,
  run: async (...args) => (await import('../commands/import.ts')).run(...args),
});
