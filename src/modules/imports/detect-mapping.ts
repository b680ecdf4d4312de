import { AppError } from '../../lib/errors.ts';
import { Lookups } from './lookups.ts';
import { type ImportKind, kindOf, type Mapping, parseMapping } from './mapping.ts';
import { proposeMapping } from './propose-mapping.ts';
import { readRows } from './read-rows.ts';
import type { Row } from './row.ts';
import { RowMapper } from './row-mapper.ts';
import { shippedMapping, shippedMappings } from './shipped-mappings.ts';
import { type Sniffed, sniffFile } from './sniff-file.ts';
import { findSourceFiles } from './source-files.ts';

/** The result of looking at a file: the shipped mapping that fits it, or a proposed mapping. */
export interface Detection {
  kind: ImportKind;
  encoding: string;
  delimiter: string;
  /** The name of the shipped mapping. */
  mapping?: string;
  /** The proposed mapping, as YAML. */
  proposal?: string;
}

/** Rows that are read to find the columns. */
const sampledRows = 100;
/** A mapping for another format than CSV fits if the file has at least this share of the columns that it names. */
const requiredShare = 0.4;

/** Finds a mapping for a file. Throws BAD_INPUT if it cannot be read, or if no mapping can be proposed. */
export async function detectMapping(file: string, kind: ImportKind): Promise<Detection> {
  const sniffed = await sniffFile(file);
  const candidates: { name: string; kind: ImportKind; score: number }[] = [];
  for (const name of await shippedMappings()) {
    const yaml = (await shippedMapping(name))!;
    const mappingKind = kindOf(yaml);
    const mapping = parseMapping(yaml, mappingKind);
    candidates.push({ name, kind: mappingKind, score: await scoreOf(file, mapping, sniffed) });
  }
  const best = candidates.reduce((a, b) => (b.score > a.score ? b : a));
  const { encoding, delimiter } = sniffed;
  if (best.score > 0) return { kind: best.kind, encoding, delimiter, mapping: best.name };
  if (sniffed.format !== 'csv') {
    const message = 'No shipped mapping fits this file; mappings can be proposed for CSV files only';
    throw new AppError('BAD_INPUT', message, { field: 'file' });
  }
  const rows = await firstRows(file, { format: 'csv', encoding, delimiter, quote: '"', escape: '"' });
  return { kind, encoding, delimiter, proposal: proposeMapping(kind, rows, sniffed) };
}

/** The number of the mapping's columns that the file has; 0 if the mapping does not fit. */
async function scoreOf(file: string, mapping: Mapping, sniffed: Sniffed): Promise<number> {
  const isFolder = sniffed.format === 'folder';
  if (isFolder ? mapping.file.files === undefined : mapping.file.format !== sniffed.format) return 0;
  if (mapping.file.format === 'csv' && mapping.file.delimiter !== sniffed.delimiter) return 0;
  const mapper = new RowMapper(mapping, Lookups.empty(mapping));
  const encoding = isFolder ? mapping.file.encoding : sniffed.encoding;
  const rows = (await firstRows(file, { ...mapping.file, encoding })).filter((row) => mapper.isIncluded(row));
  const present = new Set(rows.flatMap(({ cells }) => [...cells.keys()]));
  const { columns } = mapper;
  const found = [...columns].filter((column) => present.has(column)).length;
  if (mapping.file.format === 'csv') return found === columns.size ? found : 0;
  return found / columns.size >= requiredShare ? found : 0;
}

/** The first rows; none if the file cannot be read in this format. */
async function firstRows(file: string, source: Mapping['file']): Promise<Row[]> {
  const rows: Row[] = [];
  try {
    const { paths } = await findSourceFiles(file, source.files);
    for await (const row of readRows(paths, source)) {
      if (!('reason' in row)) rows.push(row);
      if (rows.length >= sampledRows) break;
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  return rows;
}
