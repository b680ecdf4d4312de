import type { InputFieldMap, InputShapeFromFields } from '@pothos/core';
import type { SQL } from 'drizzle-orm';
import type { Rule } from '../../../access/requirements.ts';
import type { RowRule, TableName } from '../../../access/row-rules.ts';
import type { Permission } from '../../../identity/permissions.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import type { AggregateSpec } from '../aggregate/aggregate-spec.ts';
import type { CustomFilter } from '../filters.ts';
import type { InputBuilder } from '../mutation.ts';
import type { WithUuids } from '../references.ts';
import type { SearchWeight } from '../search/searchable.ts';
import type { ColumnOf, EnumOf, Fields, NewRowOf, ParentOf, RowOf, TableOf, ToOne } from './field-spec.ts';

/**
 * Who may write a row: holders of a permission, or a rule about the row. `allowedTo` completes `Changes a ticket: …`.
 */
export type Writer<T extends TableName> =
  | Permission
  | { needs?: Permission; allow: (viewer: Viewer, row: RowOf<T>) => boolean; allowedTo: string };

/** The states from which an operation may start; any other answers INVALID_STATE. */
export type From<T extends TableName> = { [K in ColumnOf<T>]?: readonly EnumOf<RowOf<T>[K]>[] };

interface Operation {
  /** The first sentence of the mutation's description. Who may call it, and from which states, is appended. */
  description?: string;
}

export type Extra<X extends InputFieldMap> = WithUuids<InputShapeFromFields<X>>;
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only checks returns nothing
type Columns<V> = Partial<V> | undefined | void;
/** What a hook returns: columns to write besides those of the client, or nothing. */
export type HookResult<V> = Columns<V> | Promise<Columns<V>>;

interface Call {
  tx: TenantTx;
  viewer: Viewer;
}

export interface Creation<T extends TableName, P, L, C extends ColumnOf<T>> extends Call {
  /** The id of the new row. */
  id: string;
  /** The columns of the client, with defaults filled in. */
  values: Pick<NewRowOf<T>, C & keyof NewRowOf<T>>;
  parent: ParentOf<T, P, L>;
}

export interface CreateSpec<T extends TableName, P, L, C extends ColumnOf<T>, X extends InputFieldMap>
  extends Operation {
  write?: Permission;
  /** The columns that the client writes. */
  writes: readonly C[];
  /** Adds `createTickets` for up to this many rows. */
  bulk?: number;
  /** Inputs that are not columns, in plain Pothos; the hook receives them as `extra`. */
  input?: (t: InputBuilder) => X;
  /** Rules that must hold when the row is inserted, in addition to the references. */
  requires?: (given: Creation<T, P, L, C>) => readonly Rule[];
  /** Runs before the insert. */
  before?: (given: Creation<T, P, L, C> & { extra: Extra<X> }) => HookResult<NewRowOf<T>>;
}

export interface Change<T extends TableName, P, L> extends Call {
  /** The columns that the client gives; absent ones stay. */
  values: Partial<RowOf<T>>;
  /** The row before the change, locked. */
  current: RowOf<T>;
  /** The row with the client's changes. */
  next: RowOf<T>;
  parent: ParentOf<T, P, L>;
}

export interface UpdateSpec<T extends TableName, P, L, X extends InputFieldMap> extends Operation {
  write?: Writer<T>;
  writes: readonly ColumnOf<T>[];
  /** Adds `updateTickets` for up to this many rows. */
  bulk?: number;
  /** Adds `warnings` to the payload: hooks and event handlers call `warn`. */
  warns?: true;
  from?: From<T>;
  input?: (t: InputBuilder) => X;
  /** Rules that must hold when the row is updated, in addition to the references. */
  requires?: (given: Change<T, P, L>) => readonly Rule[];
  /** Runs before the update. The columns that it returns win over the client's. */
  before?: (given: Change<T, P, L> & { extra: Extra<X> }) => HookResult<RowOf<T>>;
}

export interface DeleteSpec<T extends TableName, P, L> extends Operation {
  write?: Writer<T>;
  from?: From<T>;
  /** The message of IN_USE while other rows refer to this one. */
  inUse?: string;
  before?: (given: Call & { current: RowOf<T>; parent: ParentOf<T, P, L> }) => void | Promise<void>;
}

export interface TrashSpec<T extends TableName> extends Operation {
  /** The column that names a deleted row. */
  name: ColumnOf<T>;
  /** Who may restore a row, once it is there again. Default: who may delete it. */
  write?: Writer<T>;
  /** Rules that must hold when the row is restored. */
  requires?: (given: { viewer: Viewer; current: RowOf<T> }) => readonly Rule[];
  /** Runs when the row is there again, before its parts are. It may return columns to change. */
  before?: (given: Call & { current: RowOf<T> }) => HookResult<RowOf<T>>;
}

/** A mutation of its own on one row, such as `resolveIncident`. */
export interface ActionSpec<T extends TableName, P, L, X extends InputFieldMap> extends UpdateSpec<T, P, L, X> {
  description: string;
  /** The verb of the event: `resolved` makes `incident.resolved`. */
  event: string;
}

export interface ResourceSpec<
  T extends TableName,
  P extends ToOne<T>,
  L extends boolean,
  C extends ColumnOf<T>,
  CX extends InputFieldMap,
  UX extends InputFieldMap,
> {
  /** The type in the graph. Mutations, inputs and events are named after it. */
  name: string;
  /** The noun in descriptions. Default: the words of the name. */
  noun?: string;
  nouns?: string;
  description: string;
  /** The optional module that it belongs to. Every field that leads to the type carries `extensions: { module }`. */
  module?: string;
  /**
   * The relation to the row that a row is part of. It is set once, returned in every payload, and named in every event.
   */
  parent?: P;
  /** Locks the parent before each change: for rules over all parts of it. */
  lockParent?: L;
  /** Who sees a row: the viewers of its parent, or a row rule. */
  read: 'parent' | ((viewer: Viewer) => RowRule<T>);
  /** Who may write. Leave it out when the resource has no operations. */
  write?: Writer<T>;
  fields: Fields<T>;
  /** Filters that compare no column, such as a search: SQL conditions on the table. */
  filters?: Record<string, Omit<CustomFilter, 'where'> & { where: (value: never, row: TableOf<T>) => SQL }>;
  /** The columns whose words `search` finds, with their weights: A counts the most, and makes the title of a hit. */
  search?: { [K in ColumnOf<T>]?: SearchWeight };
  /** The order of lists when the client gives none. */
  order?: { [K in ColumnOf<T>]?: 'asc' | 'desc' };
  /** An instant: lists leave out the rows where it is set, unless their filter mentions it. */
  hiddenBy?: ColumnOf<T>;
  /** The description of the root field with all rows; false: no root field. */
  list?: string | false;
  create?: CreateSpec<T, P, L, C, CX>;
  update?: UpdateSpec<T, P, L, UX>;
  delete?: true | DeleteSpec<T, P, L>;
  /** Deleted rows go to the trash, from which `restoreTicket` brings them back. */
  trash?: TrashSpec<T>;
  /**
   * Adds `upsertTickets` for up to this many rows, found by their external references. It needs `create` and `update`.
   */
  upsert?: number;
  /** Takes the locks that an upsert must hold before it locks rows, for all of its rows and in one order. */
  lockUpsert?: (tx: TenantTx, viewer: Viewer, rows: readonly object[]) => Promise<void>;
  /** Short names of the usual keys of the aggregate, and the field that its functions read by default. */
  aggregate?: AggregateSpec;
  /** Reserved for an option that does not exist yet: the compiler refuses it. */
  approval?: never;
}
