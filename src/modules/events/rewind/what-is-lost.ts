import { getColumns, getTableName } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { isLogged } from '../confidential.ts';
import { tableOf, tablesByName } from '../references-to.ts';
import { rewindingOf } from './rewinding.ts';

/** What a rewind cannot restore. */
export interface Lost {
  table: string;
  /** Absent for rows. */
  column?: string;
  becomes: string;
}

/** Columns that changes set beside their event. */
const besideEvents = ['version', 'updatedAt'];

/** Everything that the log does not have, by the declarations of the tables. */
export function whatIsLost(): Lost[] {
  return [...tablesByName().keys()].flatMap((name) => {
    const table = tableOf(name);
    const columns = getColumns(table) as Record<string, PgColumn>;
    const { lost = {}, only } = rewindingOf(table) ?? {};
    const derived = Object.keys(columns).flatMap((key): [string, string][] => {
      if (!isLogged(name, key)) return [[key, 'the log does not have it']];
      return besideEvents.includes(key) && !only ? [[key, 'as it is now']] : [];
    });
    return Object.entries({ ...Object.fromEntries(derived), ...lost }).map(([key, becomes]) => {
      const column = columns[key]?.name;
      return { table: getTableName(table), ...(column !== undefined && { column }), becomes };
    });
  });
}
