import { getTableName } from 'drizzle-orm';
import { getTableConfig, type PgColumn, type PgTable } from 'drizzle-orm/pg-core';
import { tablesByName as tablesInProgram } from '../../src/modules/events/references-to.ts';

/** The tables of every module, by the names of the database. */
export const tablesByName: ReadonlyMap<string, PgTable> = new Map(
  [...tablesInProgram().values()].map((table) => [getTableName(table), table as PgTable]),
);

const typeOf = (column: PgColumn): string =>
  column
    .getSQLType()
    .replace(/^timestamp.*/, 'timestamptz')
    .replace(/ COLLATE.*$/, '')
    .replaceAll(/\W+/g, '_')
    .replace(/_$/, '');

/** Columns that say nothing about one table. */
const everywhere = /^(version|created_at|updated_at|search|grandfathered_.*)$/;

/** The text of a Mermaid diagram: these tables with their columns, and their references to each other. */
export function diagramOf(names: readonly string[]): string {
  const lines = names.flatMap((name) => {
    const { columns, foreignKeys } = getTableConfig(tablesByName.get(name)!);
    const references = foreignKeys.map((key) => key.reference());
    const targets = new Map(references.map((each) => [each.columns[0]!.name, getTableName(each.foreignTable)]));
    const own = columns.filter(({ name: column }) => !everywhere.test(column));
    const shown = own.map((column) => {
      const key = column.primary ? ' PK' : targets.has(column.name) ? ' FK' : '';
      return `    ${typeOf(column)} ${column.name}${key}`;
    });
    const links = [...targets].flatMap(([column, target]) => {
      const isNeeded = columns.find((each) => each.name === column)!.notNull;
      return names.includes(target) ? [`  ${target} ${isNeeded ? '||' : '|o'}--o{ ${name} : ${column}`] : [];
    });
    return [...links, `  ${name} {`, ...shown, '  }'];
  });
  return ['erDiagram', ...lines].join('\n');
}
