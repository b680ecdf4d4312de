import type { MemoryResult, MemorySample } from '../memory/scenario.ts';
import { table } from './tables.ts';

/** Shares of all requests after which the table tells what is held. */
const shares = [0, 0.05, 0.1, 0.25, 0.5, 0.75, 1];

const columns: readonly [head: string, cell: (sample: MemorySample) => string][] = [
  ['requests', ({ requests }) => requests.toLocaleString('en')],
  ['server MB', ({ server }) => server.toFixed(0)],
  ['of it heap MB', ({ heap }) => heap.toFixed(0)],
  ['plans', ({ plans }) => String(plans)],
  ['they take MB', ({ plansTake }) => plansTake.toFixed(0)],
  ['connections', ({ backends }) => String(backends)],
  ['largest MB', ({ largest }) => largest.toFixed(0)],
  ['all MB', ({ inBackends }) => inBackends.toFixed(0)],
  ['estimated MB', ({ estimated }) => estimated.toFixed(0)],
  ['statements', ({ prepared }) => String(prepared)],
  ['closed', ({ closed }) => String(closed)],
  ['replaced', ({ recycled }) => String(recycled)],
];

/** Markdown of what was held while many documents came from many tenants. */
export function renderMemory({ tenants, documents, concurrency, seconds, bound, samples }: MemoryResult): string {
  const last = samples.length - 1;
  const rows = shares.map((share) => samples[Math.round(share * last)]!);
  const most = (of: (sample: MemorySample) => number) => Math.max(...samples.map(of)).toFixed(0);
  const cells = [...new Set(rows)].map((sample) => columns.map(([, cell]) => cell(sample)));
  const { slot, slots } = bound;
  return `### ${documents.toLocaleString('en')} documents, each to ${tenants} tenants once, in no order, ${concurrency} at once

${table(
  columns.map(([head]) => head),
  cells,
)}

The most that was seen at any time: ${most(({ server }) => server)} MB in the server, ${most(({ largest }) => largest)} MB in one connection where ${slot} MB
are allowed, ${most(({ inBackends }) => inBackends)} MB in all of them where ${slots + 2} x ${slot} MB are. It took ${seconds.toFixed(0)} s.`;
}
