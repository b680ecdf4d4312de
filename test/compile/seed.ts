import { type Column, getColumns, type Table } from 'drizzle-orm';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { uuidv7 } from '../../src/lib/ids.ts';
import { relations } from '../../src/relations.ts';
import type { TenantTx } from '../../src/tenancy/tenant-session.ts';
import type { Random } from './random.ts';

export const words = [
  'Été à Orléans',
  'a "quoted" back\\slash',
  'line\nbreak\ttab',
  '100%_sure',
  'ß straße',
  '日本語',
  '',
  'O’Neil',
  'zebra',
  'Alpha',
  'alpha beta',
  '🚀',
];
const tags = ['urgent', 'Later', 'with, comma', 'ünï', '"quoted"', 'NULL', '{}'];
const numbers = ['0', '0.00', '7.5', '12.25', '100', '0.01', '99.90'];

/** Tables without meaning for the graph, or whose rows must fit together in ways that chance does not find. */
const left = new Set([
  'events',
  'trash',
  'trashParts',
  'eventCursors',
  'idempotencyKeys',
  'codeFormats',
  'codeCounters',
  'importRuns',
  'tenantSettings',
]);

/** Tables to which no others refer: coming after those, they leave the choices for them as they were. */
const afterOthers = new Set(['activityReports', 'activityReportLines', 'savedViews', 'savedOperations']);

/**
 * Fills every table of a tenant with rows that the checks of the database allow: nulls, odd texts and equal values
 * included. `people` are the profiles of members; about half of all references to profiles are to them.
 */
export async function seedRows(tx: TenantTx, random: Random, people: readonly string[], perTable = 25): Promise<void> {
  const ids = new Map<Table, string[]>();
  const profiles = relations.profiles.table as Table;
  ids.set(profiles, [...people]);
  const all = Object.entries(relations).sort(([a], [b]) => Number(afterOthers.has(a)) - Number(afterOthers.has(b)));
  for (const [name, { table }] of all) {
    if (left.has(name)) continue;
    const made = ids.get(table as Table) ?? [];
    ids.set(table as Table, made);
    for (let i = 0; i < perTable * 3 && made.length < perTable; i++) {
      const row = rowOf(table as PgTable, random, ids, people);
      const inserted = await tx
        .transaction(async (inner) => inner.insert(table as PgTable).values(row as never))
        .then(() => true)
        .catch(() => false);
      if (inserted && typeof row.id === 'string') made.push(row.id);
    }
  }
}

function rowOf(table: PgTable, random: Random, ids: Map<Table, string[]>, people: readonly string[]) {
  const references = new Map(
    getTableConfig(table).foreignKeys.map((key) => {
      const { columns, foreignTable } = key.reference();
      return [columns[0]!.name, foreignTable as Table];
    }),
  );
  const row: Record<string, unknown> = {};
  for (const [key, column] of Object.entries(getColumns(table))) {
    if ((column as { generated?: unknown }).generated || column.getSQLType() === 'tsvector') continue;
    const target = references.get(column.name);
    if (target) {
      const known = ids.get(target) ?? [];
      const pool = target === relations.profiles.table && random.chance(0.5) ? people : known;
      row[key] = pool.length && (column.notNull || random.chance(0.8)) ? random.pick(pool) : null;
    } else row[key] = !column.notNull && random.chance(0.35) ? null : randomValue(key, column, random);
  }
  return { ...row, ...fitting[getTableConfig(table).name]?.(row) };
}

/** Columns that must fit the others of their row. */
const fitting: Record<string, (row: Record<string, unknown>) => Record<string, unknown>> = {
  invoices: ({ status, creditedInvoiceId }) => {
    const isIssued = status !== 'DRAFT' && status !== 'CANCELLED';
    return {
      ...{ number: isIssued ? uuidv7() : null, contentHash: isIssued ? 'hash' : null },
      ...{ kind: creditedInvoiceId ? 'CREDIT_NOTE' : 'INVOICE', seller: null, buyer: null, vatLines: [] },
    };
  },
  invoice_lines: ({ vatCategory, vatRate }) => ({ vatRate: vatCategory === 'O' ? null : (vatRate ?? '20') }),
  invoice_series: ({ digits }) => ({ digits: 1 + (Number(digits) % 8) }),
  payments: () => ({ allocatedTotal: '0' }),
  tasks: ({ recurrence, seriesId, seriesStart, occursOn, occurrence }) =>
    recurrence === null
      ? { seriesId: null, seriesStart: null, occursOn: null, occurrence: null }
      : {
          ...{ seriesId: seriesId ?? uuidv7(), seriesStart: seriesStart ?? '2025-01-11' },
          ...{ occursOn: occursOn ?? '2025-01-11', occurrence: occurrence ?? 1 },
        },
  saved_operations: ({ variables: text }) => ({ variables: JSON.stringify({ name: `${text}\u0000` }) }),
  saved_views: ({ arguments: text }) => ({ arguments: JSON.stringify({ where: { name: { eq: `${text}\u0000` } } }) }),
};

function randomValue(key: string, column: Column, random: Random): unknown {
  const type = column.getSQLType();
  if (type === 'uuid') return uuidv7();
  if (column.enumValues?.length) return random.pick(column.enumValues);
  if ((column as { dimensions?: number }).dimensions) return random.some(tags, 0, 3);
  if (key === 'externalReference') return `${random.pick(words)}#${random.below(1e9)}`;
  if (key === 'directKey') return `${random.below(1e9)}`;
  if (key === 'rank') return random.pick(['a', 'b', 'V', 'zz', 'a5', 'Z']);
  if (key === 'currency') return random.pick(['EUR', 'USD']);
  if (key === 'color') return random.pick(['#ff0000', '#00FF7f', '#123']);
  if (type.startsWith('text')) return random.pick(words);
  if (type.startsWith('numeric')) return random.pick(numbers);
  if (key === 'month') return `2025-0${1 + random.below(9)}-01`;
  if (key === 'halfDays') return random.below(3);
  if (/month$/i.test(key)) return random.below(12) + 1;
  if (type === 'integer' || type === 'smallint') return random.below(100) + 1;
  if (type === 'bigint') return random.pick([0, 12, 4_294_967_296, 9_007_199_254_740_991]);
  if (type === 'boolean') return random.chance(0.5);
  if (type === 'date') return `202${4 + random.below(2)}-0${1 + random.below(9)}-1${random.below(9)}`;
  if (type.startsWith('timestamp')) {
    return new Date(Date.UTC(2024 + random.below(2), random.below(12), 1 + random.below(3), 8, 0, 0, random.below(3)));
  }
  if (type === 'jsonb') return {};
  throw new Error(`no value for ${key} of type ${type}`);
}
