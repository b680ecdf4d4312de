import { readFile } from 'node:fs/promises';
import { badInput } from '../../lib/errors.ts';
import { type ImportKind, parseMapping } from '../../modules/imports/mapping.ts';
import { type ImportReport, runImport } from '../../modules/imports/run-import.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host } from '../toolbox.ts';

export interface Flags {
  tenant: string;
  map: string;
  onError: 'stop' | 'skip';
  encoding?: string;
  delimiter?: string;
  batchSize?: number;
  json?: boolean;
}

export async function run(host: Host, kind: ImportKind, file: string, flags: Flags): Promise<void> {
  const from = performance.now();
  const report = await importFile(host, kind, file, flags);
  const seconds = Math.round((performance.now() - from) / 100) / 10;
  print(host, flags.json, { ...report, seconds }, () => describeReport(report, seconds));
}

async function importFile(host: Host, kind: ImportKind, file: string, flags: Flags): Promise<ImportReport> {
  const mapping = parseMapping(await readMapping(flags.map), kind, flags);
  await using toolbox = await host.open();
  using bar = new ProgressBar(host, 'rows');
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
