import type { Relation } from 'drizzle-orm';
import { isObjectType } from 'graphql';
import { relations } from '../../src/relations.ts';
import { schema } from '../../src/schema.ts';
import { words } from '../compile/seed.ts';
import { comparedColumn, type Facts, type TableName } from './oracle.ts';

/** For fields that compare no column: what they are asked for. */
const own: Record<string, (facts: Facts) => string[]> = {
  resource: ({ rows }) => (rows.get('events') ?? []).map((row) => `${row.resourceType}:${row.resourceId}`),
  activityOf: ({ rows }) => [
    ...(rows.get('tasks') ?? []).map(({ id }) => `Task:${id}`),
    ...(rows.get('projects') ?? []).map(({ id }) => `Project:${id}`),
  ],
  tag: () => ['urgent', 'Later', 'nowhere'],
  search: () => ['alpha', 'orleans', 'nowhere', 'zebra -alpha'],
};

/** The id of no row: rows that are made before those they could refer to refer to none. */
const nowhere = '01990000-0000-7000-8000-000000000000';

/** Values that the rows have, as a client writes them, and others. */
export function operandsFor(facts: Facts, table: TableName, field: string): unknown[] {
  const column = comparedColumn(table, field);
  if (!column) {
    if (!own[field]) throw new Error(`no operands for ${field}: add some to test/filters/operands.ts`);
    return own[field](facts);
  }
  const values = (facts.rows.get(table) ?? []).map((row) => row[field]).filter((value) => value !== null);
  const written = values.map((value) => (value instanceof Date ? value.toISOString() : value));
  const type = column.getSQLType();
  if (type === 'uuid') {
    const known = written.length > 0 ? written : [nowhere];
    return known.map((value) => `${typeOfIds(table, field, column.name)}:${value}`);
  }
  if (type.startsWith('text') && !column.enumValues?.length) return [...words, ...written];
  if (type === 'boolean') return [true, false];
  if (type === 'date') return ['2025-01-01', ...written];
  if (type.startsWith('timestamp')) return ['2025-01-01T00:00:00.000Z', ...written];
  return written.length > 0 ? written : [1];
}

/** The type of the ids that a field compares: that of its own table, or of the one that its column refers to. */
function typeOfIds(table: TableName, field: string, column: string): string {
  const target = field === 'id' ? table : targetOf(table, column);
  const type = Object.values(schema.getTypeMap()).find(
    (each) => isObjectType(each) && each.extensions.pothosDrizzleModel === target,
  );
  return type?.name ?? 'Profile';
}

const targetOf = (table: TableName, column: string): string | undefined =>
  Object.values(relations[table].relations as Record<string, Relation>).find(
    ({ sourceColumns, through, relationType }) =>
      !through && relationType === 'one' && sourceColumns.length === 1 && sourceColumns[0]!.name === column,
  )?.targetTableName;
