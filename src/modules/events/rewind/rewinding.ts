import { getColumns, type Table } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** The log of one schema, as the SQL of a rewind reads it. */
export interface Log {
  schema: string;
  /** A subquery: the events that are undone. */
  later: string;
  /** A condition on a row of `events`: whether it is undone. */
  isLater: string;
  /** An SQL literal: the moment. */
  at: string;
}

/**
 * How `tenant rewind` finds the former rows of a table, beyond the events of its own type. It selects, for each undone
 * event of a row: the row's key (`key_0`, `key_1`, ...), `era`, `seq`, `before` (the values that the event replaced, by
 * their names in the program), and `made` (whether the row did not exist before).
 */
type Source = (log: Log) => string;

export interface Rewinding {
  /** The columns that name a row, by their names in the program; by default its id. */
  key?: readonly string[];
  sources?: readonly Source[];
  /** A condition on the present rows: only these existed then. */
  only?: (log: Log) => string;
  /** What cannot be rewound, by the column's name in the program, or `*` for rows: what becomes of it. */
  lost?: Readonly<Record<string, string>>;
}

const declared = new Map<Table, Rewinding>();

export function defineRewinding(table: Table, rewinding: Rewinding): void {
  declared.set(table, { ...declared.get(table), ...rewinding });
}

export const rewindingOf = (table: Table): Rewinding | undefined => declared.get(table);

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

interface LinkEvents {
  /** The events after which a row exists, and those after which it does not. */
  added: string;
  removed: string;
  /** Where an event has each column of the key: `resourceId`, `actorId`, or a key of its metadata. */
  key: Readonly<Record<string, string>>;
}

/**
 * The rows of a table that joins two objects: events of one of them say that a row was added or removed. Their metadata
 * has the replaced row as `was`, since the release that can rewind; what older events lack gets defaults.
 */
export function linkRows(table: Table, { added, removed, key }: LinkEvents): Rewinding {
  const columns = getColumns(table) as Record<string, PgColumn>;
  const values = Object.entries(key).map(([name, from]) => [name, eventValue(from), columns[name]!.getSQLType()]);
  const keys = values.map(([, value, type], place) => `(${value})::${type} as key_${place}`);
  const named = values.map(([name, value]) => `${literal(name!)}, ${value}`);
  const defaults = ['createdAt', 'created_at', ...(columns.id ? ['id', 'gen_random_uuid()'] : [])];
  const made = [...pairs(defaults)].filter(([name]) => columns[name!]).map(([name, value]) => `'${name}', ${value}`);
  const was = `jsonb_build_object(${[...named, ...made].join(', ')}) || coalesce(metadata -> 'was', '{}')`;
  const existed = `(action = ${literal(removed)} or metadata ? 'was')`;
  const source: Source = ({ later }) => `select ${keys.join(', ')}, era, seq,
    case when ${existed} then ${was} end as before, not ${existed} as made
    from ${later} as e where action in (${literal(added)}, ${literal(removed)})`;
  return { key: Object.keys(key), sources: [source] };
}

function* pairs<T>(items: readonly T[]): Generator<[T, T]> {
  for (let at = 0; at < items.length; at += 2) yield [items[at]!, items[at + 1]!];
}

function eventValue(from: string): string {
  if (from === 'resourceId') return 'resource_id';
  return from === 'actorId' ? 'actor_id' : `metadata ->> ${literal(from)}`;
}
