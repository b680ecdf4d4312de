import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { badInput } from '../../lib/errors.ts';
import { type Detection, detectMapping } from '../../modules/imports/detect-mapping.ts';
import { type ImportKind, type Mapping, parseMapping } from '../../modules/imports/mapping.ts';
import { type ImportPreview, previewImport } from '../../modules/imports/preview-import.ts';
import { type ImportReport, runImport } from '../../modules/imports/run-import.ts';
import { shippedMapping, shippedMappings } from '../../modules/imports/shipped-mappings.ts';
import type { RefusedRow } from '../../modules/imports/tables.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host } from '../toolbox.ts';

export interface Flags {
  tenant: string;
  map?: string;
  onError: 'stop' | 'skip';
  encoding?: string;
  delimiter?: string;
  batchSize?: number;
  dryRun?: number | true;
  detect?: boolean;
  json?: boolean;
}

/** Rows that `--dry-run` shows by default. */
const previewedRows = 20;

export async function run(host: Host, kind: ImportKind, file: string, flags: Flags): Promise<void> {
  if (flags.detect) return await detect(host, kind, file, flags);
  const mapping = parseMapping(await readMapping(flags.map), kind, flags);
  if (flags.dryRun) return await preview(host, file, mapping, flags);
  const from = performance.now();
  const report = await importFile(host, kind, file, mapping, flags);
  const seconds = Math.round((performance.now() - from) / 100) / 10;
  print(host, flags.json, { ...report, seconds }, () => describeReport(report, seconds));
}

async function importFile(
  host: Host,
  kind: ImportKind,
  file: string,
  mapping: Mapping,
  flags: Flags,
): Promise<ImportReport> {
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

async function preview(host: Host, file: string, mapping: Mapping, { tenant, dryRun, json }: Flags): Promise<void> {
  await using toolbox = await host.open();
  const target = { binding: toolbox.binding, tenant: await toolbox.directory.getBySlug(tenant), file, mapping };
  const found = await previewImport(target, dryRun === true || dryRun === undefined ? previewedRows : dryRun);
  print(host, json, found, () => describePreview(found));
}

async function detect(host: Host, kind: ImportKind, file: string, { tenant, json }: Flags): Promise<void> {
  const found = await detectMapping(file, kind);
  print(host, json, found, () => describeDetection(found, file, tenant));
}

/** The text of a mapping: a shipped one, by its name, or a file. */
async function readMapping(map: string | undefined): Promise<string> {
  if (map === undefined) throw badInput('Name a mapping with --map, or let --detect find or propose one', 'map');
  try {
    return (await shippedMapping(map)) ?? (await readFile(map, 'utf8'));
  } catch {
    const names = (await shippedMappings()).join(', ');
    throw badInput(`The mapping ${map} cannot be read; shipped mappings: ${names}`, 'map');
  }
}

function describeReport({ rows, resumedAt, changes, skipped }: ImportReport, seconds: number): string {
  const first = `${rows} rows in ${seconds} s${resumedAt > 0 ? `, the first ${resumedAt} by an earlier run` : ''}`;
  return [first, ...describeChanges(changes), ...describeSkipped(skipped, rows)].join('\n');
}

function describeChanges(changes: ImportReport['changes']): string[] {
  return Object.entries(changes).map(([what, counts]) => {
    const list = Object.entries(counts).map(([type, count]) => `${count} ${type}`);
    return `${what}: ${list.join(', ') || 'nothing'}`;
  });
}

function describeSkipped(skipped: readonly RefusedRow[], rows: number): string[] {
  if (skipped.length === 0) return [];
  const lines = skipped.map(({ line, reason, file }) => `  ${file ? `${file} ` : ''}line ${line}: ${reason}`);
  return [`skipped: ${skipped.length} of ${rows} rows`, ...lines];
}

function describePreview({ rows, records, changes, skipped }: ImportPreview): string {
  const shown = records.map((record) => stringify(JSON.parse(JSON.stringify(record)), { lineWidth: 0 }));
  return [
    ...shown.map((text) => `---\n${text.trimEnd()}`),
    `--- dry run of ${rows} rows: nothing was imported`,
    ...describeChanges(changes),
    ...describeSkipped(skipped, rows),
  ].join('\n');
}

function describeDetection(
  { kind, mapping, proposal, encoding, delimiter }: Detection,
  file: string,
  tenant: string,
): string {
  if (mapping !== undefined) {
    return `The mapping ${mapping} fits:\n  chantier import ${kind} ${file} --tenant ${tenant} --map ${mapping} --encoding ${encoding}`;
  }
  const delimited = delimiter === '\t' ? 'tabs' : `"${delimiter}"`;
  return `# Proposed for a file delimited by ${delimited}: check each line, and try the mapping with --dry-run.\n${proposal}`;
}
