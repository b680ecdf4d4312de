import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { renderBystander } from './bystander-table.ts';
import { renderChart } from './chart.ts';
import { renderClients } from './clients-table.ts';
import { renderMemory } from './memory-table.ts';
import type { Result } from './result.ts';
import { renderTables } from './tables.ts';

const results = path.resolve(import.meta.dirname, '../results');
const page = path.resolve(import.meta.dirname, '../../docs/performance.md');

/** The scenarios that have files and a part of the page of their own, as Markdown: they are measured rarely. */
const apart = {
  memory: ({ memory }: Result) => memory && renderMemory(memory),
  bystander: ({ bystander }: Result) => bystander && renderBystander(bystander),
  clients: ({ clients }: Result) => clients && renderClients(clients),
};
type Apart = keyof typeof apart;

/**
 * Writes what was found as JSON and as a chart, for this machine alone or, published, to be committed and to become
 * what the documentation says. Gives the files.
 */
export async function writeResult(result: Result, publish: boolean): Promise<string[]> {
  await mkdir(results, { recursive: true });
  const name = publish ? 'published' : 'latest';
  const timed = result.scenarios.length + result.cold.length > 0;
  const files = timed ? await writeTimes(result, name, publish) : [];
  for (const part of Object.keys(apart) as Apart[]) files.push(...(await writePart(part, result, name, publish)));
  return files;
}

async function writeTimes(result: Result, name: string, publish: boolean): Promise<string[]> {
  const { memory: _held, bystander: _others, clients: _clients, ...times } = result;
  const json = await writeJson(name, times);
  const main = result.scenarios.find((scenario) => scenario.name === 'operations')?.results[0];
  if (!main) return [json];
  const chart = path.join(results, `${name}.svg`);
  await writeFile(chart, renderChart(main.operations));
  if (!publish) return [json, chart];
  const tables = `${describe(result)}\n\n${renderTables(result)}`;
  await writeFile(page, replaced(await readFile(page, 'utf8'), marksOfTimes, tables));
  return [json, chart, page];
}

async function writePart(part: Apart, result: Result, name: string, publish: boolean): Promise<string[]> {
  const markdown = apart[part](result);
  if (!markdown) return [];
  const { measuredAt, quick, machine, [part]: found } = result;
  const json = await writeJson(`${name}-${part}`, { measuredAt, quick, machine, [part]: found });
  if (!publish) return [json];
  const marks = [
    `<!-- ${part}: written by npm run bench -- --scenario ${part} -->`,
    `<!-- end of ${part} -->`,
  ] as const;
  await writeFile(page, replaced(await readFile(page, 'utf8'), marks, `${describeMachine(result)}\n\n${markdown}`));
  return [json, page];
}

async function writeJson(name: string, value: object): Promise<string> {
  const file = path.join(results, `${name}.json`);
  await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
  return file;
}

const marksOfTimes = ['<!-- measured: written by npm run bench -->', '<!-- end of measured -->'] as const;

/** The page with this text between its marks. */
function replaced(text: string, [begin, end]: readonly [begin: string, end: string], by: string): string {
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
