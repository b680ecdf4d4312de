import type { ContenderName } from '../contenders/contender.ts';
import type { ColdStart } from '../measure/cold-start.ts';
import type { Figures, OperationResult, Scenario, ScenarioResult } from '../measure/figures.ts';
import type { Result } from './result.ts';

const order: readonly ContenderName[] = ['S', 'B', 'L', 'P'];

/** Markdown of a whole run: what is printed, and what the documentation shows. */
export function renderTables({ scenarios, cold }: Pick<Result, 'scenarios' | 'cold'>): string {
  const parts = scenarios.flatMap(({ results }) => [
    ...results.flatMap(scenarioPart),
    ...(results.length > 1 ? [growthPart(results)] : []),
  ]);
  if (cold.length > 0) parts.push(coldPart(cold));
  return parts.join('\n\n');
}

function scenarioPart(result: ScenarioResult): string[] {
  const { operations } = result;
  return [`### ${nameOf(result)}`, ratioTable(operations), figureTable(operations), memoryTable(result)];
}

const nameOf = ({ tenants, distribution, concurrency }: Scenario): string =>
  `${tenants} ${tenants === 1 ? 'tenant' : `tenants, ${distribution}`}, ${concurrency} at once`;

/** What a request costs in each scenario beside what it costs in the first. */
function growthPart(results: readonly ScenarioResult[]): string {
  const [first, ...others] = results;
  const rows = first!.operations.flatMap(({ name }, index) =>
    order.flatMap((contender) => {
      const costs = results.map(({ operations }) => cpuOf(operations[index]!.figures[contender]));
      const [base, ...rest] = costs;
      return base === undefined ? [] : [[`${name} ${contender}`, ...rest.map((cost) => times(cost! / base))]];
    }),
  );
  const title = `### Processor time of a request, beside that with ${nameOf(first!)}`;
  return `${title}\n\n${table(['', ...others.map(nameOf)], rows)}`;
}

const cpuOf = (figures: Figures | undefined): number | undefined => figures && figures.serverCpu + figures.databaseCpu;

function ratioTable(operations: readonly OperationResult[]): string {
  const hasBefore = operations.some(({ toBefore }) => toBefore);
  const rows = operations.map(({ name, title, toLimit: { S }, toPeer, toBefore }) => [
    `**${name}**: ${title}`,
    times(toPeer?.perSecond),
    times(S?.perSecond),
    times(S?.cpu),
    times(toPeer?.cpu),
    ...(hasBefore ? [times(toBefore?.perSecond), times(toBefore?.cpu)] : []),
  ]);
  const heads = ['S, this server', 'req/s to P', 'req/s to L', 'CPU to L', 'CPU to P'];
  return table(hasBefore ? [...heads, 'req/s to B', 'CPU to B'] : heads, rows);
}

function figureTable(operations: readonly OperationResult[]): string {
  const rows = operations.flatMap(({ name, figures }) =>
    order.flatMap((contender) => {
      const found = figures[contender];
      return found ? [[`${name} ${contender}`, ...figureCells(found)]] : [];
    }),
  );
  const heads = ['', 'req/s', 'p50 ms', 'p99 ms', 'server CPU ms', 'database CPU ms', 'statements', 'and session'];
  return table(heads, rows);
}

const figureCells = ({ perSecond, p50, p99, serverCpu, databaseCpu, statements }: Figures): string[] => [
  perSecond.toFixed(0),
  p50.toFixed(1),
  p99.toFixed(1),
  serverCpu.toFixed(2),
  databaseCpu.toFixed(2),
  figure(statements.work),
  figure(statements.session),
];

function memoryTable({ memory }: ScenarioResult): string {
  const rows = order.flatMap((contender) => {
    const found = memory[contender];
    if (!found) return [];
    const { server, backends, inBackends } = found;
    return [[contender, server.toFixed(0), String(backends), inBackends.toFixed(0)]];
  });
  return table(['memory', 'server MB', 'connections', 'private to them MB'], rows);
}

function coldPart(cold: readonly ColdStart[]): string {
  const names = cold.flatMap(({ first }) => Object.keys(first));
  const operations = [...new Set(names)] as (keyof ColdStart['first'])[];
  const rows = cold.map(({ name, start, first }) => [
    name,
    start.toFixed(0),
    ...operations.map((operation) => `${first[operation]!.first.toFixed(0)} / ${first[operation]!.second.toFixed(0)}`),
  ]);
  return `### Cold start: ms until it serves, then of the first / second answer\n\n${table(['', 'start', ...operations], rows)}`;
}

/** Whole numbers as they are. */
const figure = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1));
const times = (ratio: number | undefined): string => (ratio === undefined ? '' : `${ratio.toFixed(2)}x`);

/** A Markdown table whose first column is text and whose others are figures. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
