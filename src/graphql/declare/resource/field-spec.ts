import type { EnumRef } from '@pothos/core';
import type { InferInsertModel, InferSelectModel } from 'drizzle-orm';
import type { z } from 'zod';
import type { TableName } from '../../../access/row-rules.ts';
import type { Permission } from '../../../identity/permissions.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import type { Relations } from '../../../relations.ts';
import type { SchemaTypes } from '../builder.ts';
import type { PersonalEntry } from '../personal-data.ts';

export type TableOf<T extends TableName> = Relations[T]['table'];
export type RowOf<T extends TableName> = Omit<InferSelectModel<TableOf<T>>, 'search'>;
export type NewRowOf<T extends TableName> = InferInsertModel<TableOf<T>>;
export type ColumnOf<T extends TableName> = keyof TableOf<T>['_']['columns'] & keyof RowOf<T> & string;
type RelationsOf<T extends TableName> = Relations[T]['relations'];

/** The relations of a table that lead to one row. */
export type ToOne<T extends TableName> = {
  [R in keyof RelationsOf<T>]: RelationsOf<T>[R] extends { relationType: 'one' } ? R & string : never;
}[keyof RelationsOf<T>];

type TargetOf<T extends TableName, R> = R extends keyof RelationsOf<T>
  ? RelationsOf<T>[R] extends { targetTableName: infer Name }
    ? Name & TableName
    : never
  : never;

/** The parent row in hooks; undefined unless the resource locks its parent. */
export type ParentOf<T extends TableName, P, L> = L extends true ? RowOf<TargetOf<T, P>> : undefined;

export type EnumOf<V> = [V] extends [string | null] ? (string extends V ? never : Exclude<V, null>) : never;

interface FieldBase<T extends TableName> {
  /**
   * One sentence. Inputs use the part before its first semicolon or colon; so do filters and orders by a day, an
   * instant or a boolean.
   */
  description: string;
  /** The description in inputs, when the first clause of `description` does not fit there. */
  inputDescription?: string;
  /** The entry in the register of personal data; false: the column never says anything about a person. */
  personal?: PersonalEntry<ColumnOf<T>>;
  /** Whether lists can be filtered by it. The default follows from the column: see `columns.ts`. */
  filtered?: boolean;
  /** Whether lists can be ordered by it. The default follows from the column. */
  sorted?: boolean;
  /**
   * The permission that is needed to see or write the field. The field is in no filter or order, and events hide it
   * too.
   */
  needs?: Permission;
}

/** The value of a new row when the client gives none: described for clients, and made here or by `create.before`. */
type Default<V> = string | { description: string; value: (viewer: Viewer) => V };

interface ColumnSpec<T extends TableName, K extends ColumnOf<T>> extends FieldBase<T> {
  /** The name in the graph, when it is not the name of the column. */
  as?: string;
  /** Bounds of a number, or of the length of a text. */
  min?: number;
  max?: number;
  /** The column that this day or instant must not come before. */
  notBefore?: ColumnOf<T>;
  /** Where null is sorted in ascending order. Default: texts and numbers first, days and instants last. */
  absent?: 'first' | 'last';
  /**
   * The scalar, when the type of the column does not decide it. `Money` is an amount in the organization's currency.
   */
  type?: 'Money' | 'HexColorCode' | 'EmailAddress' | 'Currency';
  /**
   * The key with the currency of these amounts, such as `invoice.currency`: aggregates over them must be grouped by it.
   */
  currency?: string;
  /** The scalar of inputs, when it accepts less than the one shown. */
  inputType?: 'EmailAddress';
  /** Validates the value, in place of the validation that follows from the column. */
  check?: z.ZodType;
  default?: Default<RowOf<T>[K]>;
}

interface EnumSpec<T extends TableName, K extends ColumnOf<T>, V extends string>
  extends FieldBase<T>,
    Pick<ColumnSpec<T, K>, 'default'> {
  /** A description for each value, which creates an enum type such as `TicketStatus`; or an existing enum type. */
  values: { [Value in V]: string } | EnumRef<SchemaTypes, V>;
  /**
   * The values to which an update may change each value. Any other change throws INVALID_STATE with the possible
   * values.
   */
  steps?: { [From in V]: readonly V[] };
}

interface ReferenceSpec<T extends TableName> extends FieldBase<T> {
  /** Adds the list of these rows to the type at the other end, with this description; true: `Its tickets.` */
  listDescription?: string | true;
  default?: Default<string>;
  /** Declares that every viewer of the row sees the row that it refers to: the field is not null. */
  alwaysVisible?: true;
}

type FieldOf<T extends TableName, K> =
  K extends ColumnOf<T>
    ? [EnumOf<RowOf<T>[K]>] extends [never]
      ? string | ColumnSpec<T, K>
      : EnumSpec<T, K, EnumOf<RowOf<T>[K]>>
    : string | ReferenceSpec<T>;

/** The fields of the type: columns by name, and referenced rows by the name of the relation. */
export type Fields<T extends TableName> = { [K in ColumnOf<T> | ToOne<T>]?: FieldOf<T, K> };
