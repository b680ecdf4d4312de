import { stat } from 'node:fs/promises';
import { readTextFile } from './read-text-file.ts';

/** The format of a file, guessed from its beginning. */
export interface Sniffed {
  format: 'csv' | 'json' | 'json-lines' | 'xml' | 'folder';
  encoding: string;
  /** Meaningful for CSV only. */
  delimiter: string;
}

const delimiters = [',', ';', '\t', '|'];

/** Guesses the format from the first 256 KB of a file. Throws BAD_INPUT if it cannot be read. */
export async function sniffFile(file: string): Promise<Sniffed> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory()) return { format: 'folder', encoding: 'utf-8', delimiter: ',' };
  const asUtf8 = await beginningOf(file, 'utf-8');
  const encoding = asUtf8.includes('\uFFFD') ? 'windows-1252' : 'utf-8';
  const text = (encoding === 'utf-8' ? asUtf8 : await beginningOf(file, encoding)).trimStart();
  return { format: formatOf(text), encoding, delimiter: delimiterOf(text) };
}

async function beginningOf(file: string, encoding: string): Promise<string> {
  for await (const piece of readTextFile(file, encoding)) return piece;
  return '';
}

function formatOf(text: string): Sniffed['format'] {
  if (text.startsWith('[')) return 'json';
  if (text.startsWith('<')) return 'xml';
  if (!text.startsWith('{')) return 'csv';
  try {
    JSON.parse(text.split('\n', 1)[0]!);
    return text.trimEnd().includes('\n') ? 'json-lines' : 'json';
  } catch {
    return 'json';
  }
}

/** The delimiter that occurs most often in the first line. */
function delimiterOf(text: string): string {
  const [header = ''] = text.split('\n', 1);
  const count = (delimiter: string): number => header.split(delimiter).length;
  return delimiters.reduce((best, each) => (count(each) > count(best) ? each : best));
}
