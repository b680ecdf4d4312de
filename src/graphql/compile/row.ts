import { aliasedTable, type Column, getColumns, getTableAsAliasSQL, type SQL, sql, type Table } from 'drizzle-orm';
import { Declined } from '../../access/decline.ts';
import type { TableName } from '../../access/row-rules.ts';
import { relations } from '../../relations.ts';

export type TableConfig = (typeof relations)[TableName];

/**
 * A table in the statement under a name of its own. It notes which columns are asked of it: a page is cut in a
 * subquery of the same name, which has to hand out those and no others.
 */
export class Row {
  readonly name: TableName;
  readonly alias: string;
  readonly config: TableConfig;
  /** The table under its alias, for conditions inside the subquery that cuts a page. */
  readonly inner: Table;
  /** The same for what stands outside of it: a column taken from it is noted. */
  readonly table: Table;
  readonly #columns: Record<string, Column>;
  readonly #used = new Set<string>();

  constructor(name: TableName, alias: string) {
    this.name = name;
    this.alias = alias;
    this.config = relations[name];
    const columns = getColumns(this.config.table as Table) as Record<string, Column>;
    this.#columns = columns;
    this.inner = aliasedTable(this.config.table as never, alias) as Table;
    this.table = new Proxy(this.inner, {
      get: (target, key) => {
        if (typeof key === 'string' && Object.hasOwn(columns, key)) this.#used.add(columns[key]!.name);
        return Reflect.get(target, key) as unknown;
      },
    });
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#columns, key);
  }

  /** The column as the program knows it. */
  column(key: string): Column {
    const column = this.#columns[key];
    if (!column) throw new Declined(`${this.name} has no column ${key}`);
    return column;
  }

  /** The column in the statement. */
  sql(key: string): SQL {
    const { name } = this.column(key);
    this.use(name);
    return sql`${sql.identifier(this.alias)}.${sql.identifier(name)}`;
  }

  /** Notes a column by its name in the database. */
  use(name: string): void {
    this.#used.add(name);
  }

  /** The columns noted, for a subquery that stands for the table. */
  get used(): SQL {
    const names = [...this.#used].map((name) => sql`${sql.identifier(this.alias)}.${sql.identifier(name)}`);
    return names.length ? sql.join(names, sql`, `) : sql`1`;
  }

  /** `"table" as "alias"`. */
  get from(): SQL {
    return getTableAsAliasSQL(this.inner as never);
  }
}
