import { aliasedTable, type Column, getColumns, getTableAsAliasSQL, type SQL, sql, type Table } from 'drizzle-orm';
import { Declined } from '../../access/decline.ts';
import type { TableName } from '../../access/row-rules.ts';
import { relations } from '../../relations.ts';

export type TableConfig = (typeof relations)[TableName];

/**
 * A table in the statement under an alias of its own. It records the columns that are used: a page is cut in a subquery
 * with the same alias, which has to return exactly those.
 */
export class Row {
  readonly name: TableName;
  readonly alias: string;
  readonly config: TableConfig;
  /** The table under its alias, for conditions inside the subquery that cuts a page. */
  readonly inner: Table;
  /** The same for expressions outside of that subquery: taking a column from it records the column. */
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

  /** The column as declared in drizzle. */
  column(key: string): Column {
    const column = this.#columns[key];
    if (!column) throw new Declined(`${this.name} has no column ${key}`);
    return column;
  }

  /** The column in the statement. Records it as used. */
  sql(key: string): SQL {
    const { name } = this.column(key);
    this.use(name);
    return sql`${sql.identifier(this.alias)}.${sql.identifier(name)}`;
  }

  /** Records a column by its name in the database. */
  use(name: string): void {
    this.#used.add(name);
  }

  /** The used columns, for a subquery that stands for the table. */
  get used(): SQL {
    const names = [...this.#used].map((name) => sql`${sql.identifier(this.alias)}.${sql.identifier(name)}`);
    return names.length ? sql.join(names, sql`, `) : sql`1`;
  }

  /** `"table" as "alias"`. */
  get from(): SQL {
    return getTableAsAliasSQL(this.inner as never);
  }
}
