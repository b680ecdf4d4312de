import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderChart } from './chart.ts';
import { renderMemory } from './memory-table.ts';
import type { Result } from './result.ts';
import { renderTables } from './tables.ts';

const results = path.resolve(import.meta.dirname, '../results');
const page = path.resolve(import.meta.dirname, '../../docs/performance.md');

/** A part of the page that is written by a run. */
interface Part {
  begin: string;
  end: string;
}

const times: Part = { begin: '<!-- measured: written by npm run bench -->', end: '<!-- end of measured -->' };
const memory: Part = {
  begin: '<!-- memory: written by npm run bench -- --scenario memory -->',
  end: '<!-- end of memory -->',
};

/**
 * Writes what was found as JSON and as a chart, for this machine alone or, published, to be committed and to become what
 * the documentation says. What is held in memory has files and a part of the page of its own: it is measured rarely.
 * Gives the files.
 */
export async function writeResult({ memory: held, ...result }: Result, publish: boolean): Promise<string[]> {
  await mkdir(results, { recursive: true });
  const name = publish ? 'published' : 'latest';
  const timed = result.scenarios.length + result.cold.length > 0;
  return [
    ...(timed ? await writeTimes(result, name, publish) : []),
    ...(held ? await writeMemory({ ...result, memory: held }, name, publish) : []),
  ];
}

async function writeTimes(result: Result, name: string, publish: boolean): Promise<string[]> {
  const json = await writeJson(name, result);
  const main = result.scenarios.find((scenario) => scenario.name === 'operations')?.results[0];
  if (!main) return [json];
  const chart = path.join(results, `${name}.svg`);
  await writeFile(chart, renderChart(main.operations));
  if (!publish) return [json, chart];
  await writeFile(page, withTables(await readFile(page, 'utf8'), result));
  return [json, chart, page];
}

async function writeMemory(result: Measured, name: string, publish: boolean): Promise<string[]> {
  const { measuredAt, quick, machine, memory } = result;
  const json = await writeJson(`${name}-memory`, { measuredAt, quick, machine, memory });
  if (!publish) return [json];
  await writeFile(page, withMemory(await readFile(page, 'utf8'), result));
  return [json, page];
}

async function writeJson(name: string, value: object): Promise<string> {
  const file = path.join(results, `${name}.json`);
  await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
  return file;
}

/** The page with the tables of this result between its marks. */
export function withTables(text: string, result: Result): string {
  return replaced(text, times, `${describe(result)}\n\n${renderTables(result)}`);
}

type Measured = Pick<Result, 'measuredAt' | 'machine' | 'quick'> & Required<Pick<Result, 'memory'>>;

/** The page with the table of what is held in memory between its marks. */
export function withMemory(text: string, result: Measured): string {
  return replaced(text, memory, `${describeMachine(result)}\n\n${renderMemory(result.memory)}`);
}

function replaced(text: string, { begin, end }: Part, by: string): string {
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`${page} has lost the marks of what is measured`);
  return `${before}${begin}\n\n${by}\n\n${end}${after}`;
}

const describeMachine = ({ measuredAt, machine }: Pick<Result, 'measuredAt' | 'machine'>): string =>
  `Measured on ${measuredAt.slice(0, 10)}: ${machine.processors} processors (${machine.model}), ${machine.memory} GB, Node ${machine.node},
PostgreSQL ${machine.postgres}, all on one machine.`;

function describe(result: Result): string {
  const { machine, size, rounds, seconds } = result;
  const rows = Object.entries(size).map(
    ([name, count]) => `${count.toLocaleString('en')} ${name === 'timeEntries' ? 'time entries' : name}`,
  );
  return `${describeMachine(result)} Each tenant has ${rows.join(', ')}. ${rounds} rounds of
${seconds} s for each contender and operation. The machine's load before it was ${machine.load.toFixed(1)}.`;
}
