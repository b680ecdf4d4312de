import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderChart } from './chart.ts';
import type { Result } from './result.ts';
import { renderTables } from './tables.ts';

const results = path.resolve(import.meta.dirname, '../results');
const page = path.resolve(import.meta.dirname, '../../docs/performance.md');
const begin = '<!-- measured: written by npm run bench -->';
const end = '<!-- end of measured -->';

/**
 * Writes what was found as JSON and as a chart, for this machine alone or, published, to be committed and to become what
 * the documentation says. Gives the files.
 */
export async function writeResult(result: Result, publish: boolean): Promise<string[]> {
  await mkdir(results, { recursive: true });
  const name = publish ? 'published' : 'latest';
  const json = path.join(results, `${name}.json`);
  await writeFile(json, `${JSON.stringify(result, undefined, 2)}\n`);
  const main = result.scenarios.find((scenario) => scenario.name === 'operations')?.results[0];
  if (!main) return [json];
  const chart = path.join(results, `${name}.svg`);
  await writeFile(chart, renderChart(main.operations));
  if (!publish) return [json, chart];
  await writeFile(page, withTables(await readFile(page, 'utf8'), result));
  return [json, chart, page];
}

/** The page with the tables of this result between its marks. */
export function withTables(text: string, result: Result): string {
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`${page} has lost the marks of what is measured`);
  return `${before}${begin}\n\n${describe(result)}\n\n${renderTables(result)}\n\n${end}${after}`;
}

function describe({ measuredAt, machine, size, rounds, seconds }: Result): string {
  const rows = Object.entries(size).map(
    ([name, count]) => `${count.toLocaleString('en')} ${name === 'timeEntries' ? 'time entries' : name}`,
  );
  return `Measured on ${measuredAt.slice(0, 10)}: ${machine.processors} processors (${machine.model}), ${machine.memory} GB, Node ${machine.node},
PostgreSQL ${machine.postgres}, all on one machine. Each tenant has ${rows.join(', ')}. ${rounds} rounds of
${seconds} s for each contender and operation. The machine's load before it was ${machine.load.toFixed(1)}.`;
}
