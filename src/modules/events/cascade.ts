import { and, eq, getColumns, ne, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { ownParent, type ReferenceTo, referencesTo, tableOf } from './references-to.ts';
import { typesOfRows } from './row-types.ts';

export const columnsOf = (name: string) => getColumns(tableOf(name)) as Record<string, PgColumn>;

/** A column that becomes null because it refers to a deleted row. */
export interface Cleared {
  table: string;
  column: PgColumn;
  to: string;
  /** Whether a row refers to a deleted row by this column, and stays. */
  stays: SQL;
}

/** The rows that are deleted with an object; undefined for an object that is no row. */
export function cascadeOf(viewer: Viewer, typename: string, id: string): Cascade | undefined {
  const root = typesOfRows().find((each) => each.typename === typename)?.table;
  return root && new Cascade(root, id, viewer);
}

/** The rows deleted with one row, by table. Tables come after those that they refer to. */
export class Cascade {
  readonly tables: string[];
  readonly root: string;
  readonly #id: string;
  readonly #modules: Viewer['modules'];
  readonly #parents = new Map<string, ReferenceTo[]>();

  constructor(root: string, id: string, { modules }: Viewer) {
    this.root = root;
    this.#id = id;
    this.#modules = modules;
    this.tables = this.#parentsFirst(this.#reached(root));
    for (const parent of this.tables)
      for (const reference of this.#references(parent, 'cascade')) {
        const known = this.#parents.get(reference.table) ?? [];
        this.#parents.set(reference.table, [...known, { ...reference, table: parent }]);
      }
  }

  #reached(table: string, found = new Set<string>()): Set<string> {
    found.add(table);
    for (const part of this.#references(table, 'cascade')) if (!found.has(part.table)) this.#reached(part.table, found);
    return found;
  }

  #parentsFirst(going: ReadonlySet<string>): string[] {
    const [met, order] = [new Set<string>(), [] as string[]];
    const visit = (table: string): void => {
      if (met.has(table) || !going.has(table)) return;
      met.add(table);
      for (const how of ['cascade', 'set null'] as const)
        for (const reference of this.#references(table, how)) visit(reference.table);
      order.unshift(table);
    };
    visit(this.root);
    return order;
  }

  /** The columns that become null. */
  cleared(): Cleared[] {
    return this.tables.flatMap((to) =>
      this.#references(to, 'set null').map(({ table, column }) => {
        const goes = this.condition(table);
        const refers = this.#refersTo(column, to);
        return { table, column, to, stays: goes ? sql`${refers} and not coalesce(${goes}, false)` : refers };
      }),
    );
  }

  /** Whether a row of the table is deleted, as SQL; undefined if none is. */
  condition(table: string): SQL | undefined {
    if (table === this.root) return this.#isRootOrPart();
    const parents = this.#parents.get(table) ?? [];
    return or(...parents.map(({ table: parent, column }) => this.#refersTo(column, parent)));
  }

  /** The tables of the rows that are deleted besides the root. */
  partTables(): string[] {
    return this.tables.filter((table) => table !== this.root || ownParent(table));
  }

  /** Whether a row is one of those: the condition of its table, without the root. */
  partCondition(table: string): SQL | undefined {
    const condition = this.condition(table);
    return table === this.root ? and(condition, ne(tableOf(table).id, this.#id)) : condition;
  }

  /**
   * Only the root's own parts have to be found by their parents: a part of another deleted row of the same table has
   * the same owner as that row (a subtask the same project), and is deleted with it anyway.
   */
  #isRootOrPart(): SQL {
    const { id } = tableOf(this.root);
    const parent = ownParent(this.root);
    if (!parent) return eq(id, this.#id);
    const [table, up] = [tableOf(this.root), sql.identifier(parent.name)];
    return sql`${id} in (with recursive branch (id) as (select ${this.#id}::uuid
      union all select part.id from ${table} as part join branch on part.${up} = branch.id) select id from branch)`;
  }

  #refersTo(column: PgColumn, parent: string): SQL {
    const { id } = tableOf(parent);
    return sql`${column} in (select ${id} from ${tableOf(parent)} where ${this.condition(parent)})`;
  }

  /** The tables of a module that is switched off may not exist. */
  #references(table: string, onDelete: ReferenceTo['onDelete']): ReferenceTo[] {
    return referencesTo(tableOf(table)).filter((reference) => {
      const module = typesOfRows().find((each) => each.table === reference.table)?.module;
      return reference.onDelete === onDelete && !(module && this.#modules?.has(module) === false);
    });
  }
}

/**
 * Locks the rows from the top down, so that none gets another part after its parts were counted: a transaction that
 * adds one refers to a locked row, waits, and then finds the row gone.
 */
export async function lockCascade(tx: TenantTx, cascade: Cascade): Promise<void> {
  for (const table of cascade.tables) {
    if (referencesTo(tableOf(table)).length === 0) continue;
    const { id } = tableOf(table);
    await tx.execute(sql`select count(*) from (
      select 1 from ${tableOf(table)} where ${cascade.condition(table)} order by ${id} for update) as locked`);
  }
}
