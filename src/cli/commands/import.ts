import { readFile } from 'node:fs/promises';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { badInput } from '../../lib/errors.ts';
import { readWhole } from '../../lib/read-text.ts';
import { type ImportKind, importKinds, parseMapping } from '../../modules/imports/mapping.ts';
import { type ImportReport, runImport } from '../../modules/imports/run-import.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host } from '../toolbox.ts';

interface ImportFlags {
  tenant: string;
  map: string;
  onError: 'stop' | 'skip';
  encoding?: string;
  delimiter?: string;
  batchSize?: number;
  json?: boolean;
}

const mostRows = 10_000;

export function addImport(program: Command, host: Host): void {
  program
    .command('import')
    .description('Import a file of CSV, JSON Lines or XML, as a mapping says (see docs/import.md). Run again to go on.')
    .addArgument(new Argument('<kind>', 'what the rows are').choices(Object.keys(importKinds)))
    .argument('<file>', 'the file; those that the mapping joins lie beside it')
    .requiredOption('--tenant <slug>', 'into which company')
    .requiredOption('--map <mapping.yaml>', 'how rows become tasks, time entries or messages')
    .addOption(
      new Option('--on-error <what>', 'at a bad row: stop, or skip it and list it at the end')
        .choices(['stop', 'skip'])
        .default('stop'),
    )
    .option('--encoding <name>', 'of the file, instead of what the mapping says')
    .option('--delimiter <text>', 'of a CSV file, instead of what the mapping says')
    .option('--batch-size <rows>', 'rows written in one transaction (default: 1000)', readBatchSize)
    .option('--json', 'print one JSON document')
    .action(async (kind: ImportKind, file: string, flags: ImportFlags) => {
      const from = performance.now();
      const report = await importFile(host, kind, file, flags);
      const seconds = Math.round((performance.now() - from) / 100) / 10;
      print(host, flags.json, { ...report, seconds }, () => describeReport(report, seconds));
    });
}

async function importFile(host: Host, kind: ImportKind, file: string, flags: ImportFlags): Promise<ImportReport> {
  const mapping = parseMapping(await readMapping(flags.map), kind, flags);
  await using toolbox = await host.open();
  using bar = new ProgressBar(host.stderr, 'rows');
  return await runImport({
    binding: toolbox.binding,
    tenant: await toolbox.directory.getBySlug(flags.tenant),
    kind,
    file,
    mapping,
    onError: flags.onError,
    signal: host.signal,
    onProgress: ({ bytes, totalBytes, rows }) => bar.show(totalBytes > 0 ? bytes / totalBytes : 1, rows),
    ...(flags.batchSize && { batchSize: flags.batchSize }),
  });
}

async function readMapping(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw badInput(`The mapping ${file} cannot be read`, 'map');
  }
}

function readBatchSize(text: string): number {
  const rows = readWhole(text, 1, mostRows);
  if (rows === undefined) throw new InvalidArgumentError(`a number of rows from 1 to ${mostRows}`);
  return rows;
}

function describeReport({ rows, resumedAt, changes, skipped }: ImportReport, seconds: number): string {
  const lines = [`${rows} rows in ${seconds} s${resumedAt > 0 ? `, the first ${resumedAt} by an earlier run` : ''}`];
  for (const [what, counts] of Object.entries(changes)) {
    const list = Object.entries(counts).map(([type, count]) => `${count} ${type}`);
    lines.push(`${what}: ${list.join(', ') || 'nothing'}`);
  }
  if (skipped.length > 0) lines.push(`skipped: ${skipped.length} of ${rows} rows`);
  lines.push(...skipped.map(({ line, reason }) => `  line ${line}: ${reason}`));
  return lines.join('\n');
}
