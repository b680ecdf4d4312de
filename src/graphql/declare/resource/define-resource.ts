import type { InputFieldMap } from '@pothos/core';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { defineRowRule, type RowRule, rowRuleOf, type TableName } from '../../../access/row-rules.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import type { builder } from '../builder.ts';
import type { defineConnection, definePage } from '../pages.ts';
import { registerPersonalData } from '../personal-data.ts';
import { makeSearchable } from '../search/searchable.ts';
import { registerAmounts } from '../stored-amounts.ts';
import type { AnyAction, AnyOperation, AnySpec } from './any-spec.ts';
import { defineBulk } from './bulk.ts';
import type { ChangeLog } from './change-log.ts';
import { writerOf } from './checks.ts';
import type { ColumnOf, NewRowOf, RowOf, ToOne } from './field-spec.ts';
import { writtenBy } from './inputs.ts';
import { defineLists } from './lists.ts';
import { type Model, modelOf } from './model.ts';
import { defineChange } from './mutations.ts';
import { defineNode } from './object.ts';
import { defineTrash } from './restore.ts';
import type { ActionSpec, Change, Extra, HookResult, ResourceSpec } from './spec.ts';
import { defineResourceUpsert } from './upsert.ts';
import { changeOf, createOf, deleteOf, type UseCase } from './use-cases.ts';

/** The result of `builder.drizzleNode` for a table. */
type NodeOf<T extends TableName> = ReturnType<
  typeof builder.drizzleNode<[], T, { columns: Record<never, never> }, IdColumn, Record<never, never>>
>;
type IdColumn = PgColumn & { _: { data: string } };

type UseCaseOf<Input> = (tx: TenantTx, viewer: Viewer, input: Input) => Promise<{ id: string }>;
interface Which {
  id: string;
  expectedVersion?: number | null;
}
/**
 * All optional, because defaults of columns are known only at run time: a missing column without one throws BAD_INPUT.
 */
type Input<V> = { [K in keyof V]?: V[K] | null | undefined };

interface Parts<T extends TableName, P, L, C extends ColumnOf<T>, CX extends InputFieldMap, UX extends InputFieldMap> {
  /** The last arguments of `t.relatedConnection` and `t.drizzleConnection`, for lists declared in plain Pothos. */
  connection: ReturnType<typeof defineConnection>;
  page: ReturnType<typeof definePage<T>>;
  /** The use cases of the declared operations, for other modules, imports and mutations in plain code. */
  create: UseCaseOf<Input<Pick<NewRowOf<T>, (C | 'externalReference') & keyof NewRowOf<T>>> & Extra<CX>>;
  update: UseCaseOf<Which & Partial<RowOf<T>> & Extra<UX>>;
  remove: UseCaseOf<Which>;
  /** Adds a mutation on one row, named by the verb and the type: `action('resolve', …)` makes `resolveIncident`. */
  action<X extends InputFieldMap = Record<never, never>>(
    verb: string,
    spec: ActionSpec<T, P, L, X>,
  ): UseCaseOf<Which & Extra<X>>;
  /** Changes one row with all checks and the event, for mutations that no option fits. */
  change(
    tx: TenantTx,
    viewer: Viewer,
    which: Which,
    event: string,
    make: (given: Change<T, P, L>) => HookResult<RowOf<T>>,
  ): Promise<{ id: string }>;
}

/**
 * The Pothos ref of the type, usable wherever `builder.drizzleNode`'s result is, and the other parts of the resource.
 */
export type Resource<
  T extends TableName,
  P,
  L,
  C extends ColumnOf<T>,
  CX extends InputFieldMap,
  UX extends InputFieldMap,
> = NodeOf<T> & Parts<T, P, L, C, CX, UX>;

/** Makes `defineResource` over an event log. */
export const resourcesWith = (log: ChangeLog) => {
  /** Declares a resource of the graph. docs/resources.md describes every option. */
  return function defineResource<
    T extends TableName,
    P extends ToOne<T> = never,
    L extends boolean = false,
    C extends ColumnOf<T> = never,
    CX extends InputFieldMap = Record<never, never>,
    UX extends InputFieldMap = Record<never, never>,
  >(table: T, spec: ResourceSpec<T, P, L, C, CX, UX>): Resource<T, P, L, C, CX, UX> {
    return define(table, spec as unknown as AnySpec, log) as unknown as Resource<T, P, L, C, CX, UX>;
  };
};

function define(table: TableName, declared: AnySpec, log: ChangeLog) {
  const model = modelOf(table, declared);
  const { spec } = model;
  for (const operation of [spec.create, spec.update]) if (operation) writtenBy(model, operation);
  defineRowRule(table, readRule(model));
  registerColumns(model, log);
  registerAmounts(model);
  registerSearch(model);
  const node = defineNode(model);
  const lists = defineLists(model, node);
  const operation = (verb: 'create' | 'update' | 'delete', make: (of: AnyOperation) => UseCase): UseCase => {
    const given = spec[verb];
    if (!given) return () => Promise.reject(new Error(`${spec.name} declares no ${verb}`));
    const of = given === true ? {} : given;
    const run = make(of);
    defineChange(model, node, verb, of, run);
    if (verb !== 'delete') defineBulk(model, node, verb === 'create' ? 'create' : 'change', of, run);
    return run;
  };
  const parts = {
    ...lists,
    create: operation('create', (of) => createOf(model, of, log)),
    update: operation('update', (of) => changeOf(model, of, 'updated', log)),
    remove: operation('delete', (of) => deleteOf(model, of, log)),
    action: (verb: string, action: AnyAction) => {
      const run = changeOf(model, action, action.event, log);
      defineChange(model, node, verb, action, run);
      return run;
    },
    change: (tx: TenantTx, viewer: Viewer, which: object, event: string, before: NonNullable<AnyOperation['before']>) =>
      changeOf(model, { write: writerOf(spec, spec.update ?? {}), before }, event, log)(tx, viewer, which),
  };
  defineResourceUpsert(model, node, parts.create, parts.update);
  if (spec.trash) defineTrash(model, node, spec.trash, log);
  return Object.assign(node, parts);
}

function registerColumns({ table, spec, fields }: Model, log: ChangeLog): void {
  for (const { column, options } of fields) {
    if (options.personal !== undefined) registerPersonalData(table, { [column]: options.personal });
    if (options.needs) log.keepConfidential(spec.name, column, options.needs);
  }
}

/** Throws for a column that not everybody who sees the row may read: a search would reveal its words. */
function registerSearch({ table, spec, fields }: Model): void {
  if (!spec.search) return;
  for (const name of Object.keys(spec.search)) {
    const field = fields.find(({ column }) => column === name);
    if (!field || field.options.needs) throw new Error(`${spec.name}: search may not read ${name}`);
  }
  makeSearchable({
    table,
    typename: spec.name,
    description: spec.description,
    columns: spec.search,
    hiddenBy: spec.hiddenBy,
    module: spec.module,
  });
}

/** The declared row rule, or that of the parent. */
function readRule({ spec, parent }: Model): (viewer: Viewer) => RowRule {
  const { read } = spec;
  if (typeof read === 'function') return read;
  if (!parent) throw new Error(`${spec.name} reads rows like its parent, but has no parent`);
  const { relation, target } = parent;
  return (viewer) => {
    const rule = rowRuleOf(target, viewer);
    return typeof rule === 'string' ? rule : ({ [relation]: rule } as RowRule);
  };
}
