import type { FieldMap } from '@pothos/core';
import type { TableName } from '../../../access/row-rules.ts';
import { builder } from '../builder.ts';
import type { Field } from '../resource/fields.ts';
import type { Model } from '../resource/model.ts';
import { toPascalCase, toReferenceWords } from '../resource/naming.ts';
import { TimeUnit } from '../time-unit.ts';
import { idOfKey, plainFieldsOf, referencesOf, targetOf, timesOf } from './dimensions.ts';
import { type GroupExtensions, groupValue, rowOfKey, stepOf } from './group-values.ts';
import { describeField, type FunctionName, functions } from './measures.ts';
import { groupColumns } from './statement.ts';
import { type AnyObject, enumOf, functionTexts } from './types.ts';

/** A group as the executor reads it: its values by the ids of keys and measures. */
export interface Group {
  values: ReadonlyMap<string, unknown>;
}

/** The keys of a group under a path of references. */
interface GroupKeys extends Group {
  path: readonly string[];
}

/** The field builder of Pothos, for fields that are derived from a declaration. */
interface GroupFields {
  field(options: object): never;
}

const keyTypes = new Map<TableName, AnyObject>();

/** The type with the values of the keys: `TasksAggregateKeys`. */
export function keysTypeOf(model: Model): AnyObject {
  const known = keyTypes.get(model.table);
  if (known) return known;
  const ref = builder.objectRef<GroupKeys>(`${toPascalCase(model.table)}AggregateKeys`);
  keyTypes.set(model.table, ref as AnyObject);
  ref.implement({
    description: `The values that the rows of a group share; null for keys that are not grouped by.`,
    fields: (t) => keyFields(t as unknown as GroupFields, model),
  });
  return ref as AnyObject;
}

function keyFields(t: GroupFields, model: Model): FieldMap {
  const value = (name: string, options: object, typename?: string) =>
    t.field({
      nullable: true,
      extensions: groupValue((path, { by }) => idOfKey(path, name, by as string | undefined), typename),
      resolve: ({ values, path }: GroupKeys, { by }: { by?: string }) => values.get(idOfKey(path, name, by)) ?? null,
      ...options,
    });
  const { name } = model.spec;
  return {
    id: t.field({
      type: 'ID',
      nullable: true,
      description: `The id of the ${model.noun}.`,
      extensions: groupValue((path) => idOfKey(path, 'id'), name),
      resolve: ({ values, path }: GroupKeys) => {
        const id = values.get(idOfKey(path, 'id'));
        return id ? `${name}:${String(id)}` : null;
      },
    }),
    ...Object.fromEntries(
      plainFieldsOf(model).map((field) => [
        field.key,
        value(field.key, { type: typeOf(field), description: describeField(field) }),
      ]),
    ),
    ...Object.fromEntries(timesOf(model).map((field) => [field.key, value(field.key, timeOptions(t as never, field))])),
    ...Object.fromEntries(referencesOf(model).flatMap((field) => referenceFields(t, field))),
    ...Object.fromEntries(
      Object.entries(model.spec.aggregate?.keys ?? {}).map(([key, { description, day, unit }]) => [
        key,
        t.field({
          type: 'LocalDate',
          nullable: true,
          description,
          extensions: groupValue((path) => idOfKey(path, day, unit)),
          resolve: ({ values, path }: GroupKeys) => values.get(idOfKey(path, day, unit)) ?? null,
        }),
      ]),
    ),
  };
}

const typeOf = ({ values, kind }: Field) => values?.ref ?? kind.scalar;

const timeOptions = (t: { arg(options: object): never }, field: Field) => ({
  type: 'LocalDate',
  description: `${describeField(field).replace(/\.$/, '')}: the first day of the period.`,
  args: {
    by: t.arg({
      type: TimeUnit,
      required: true,
      defaultValue: 'DAY',
      description: 'The period by which the rows are grouped.',
    }),
  },
});

/** The row that a reference leads to, and the keys of that row. */
function referenceFields(t: GroupFields, field: ReturnType<typeof referencesOf>[number]): [string, never][] {
  const { key, reference } = field;
  const target = targetOf(field);
  return [
    [
      key,
      t.field({
        type: rowTypeOf(reference.target),
        nullable: true,
        description: `The ${toReferenceWords(key)}, when grouped by its id; null if you may not see it.`,
        extensions: { ...rowOfKey((path) => idOfKey([...path, key], 'id')), chantierEachGroup: true },
        resolve: ({ values, path }: GroupKeys) => {
          const id = values.get(idOfKey([...path, key], 'id'));
          return id ? { id } : null;
        },
      }),
    ],
    [
      `${key}Keys`,
      t.field({
        type: keysTypeOf(target),
        description: `The values of the ${toReferenceWords(key)} that the rows share.`,
        extensions: stepOf(key),
        resolve: ({ values, path }: GroupKeys) => ({ values, path: [...path, key] }),
      }),
    ],
  ];
}

const rowTypes = new Map<TableName, unknown>();
export const registerRowType = (table: TableName, node: unknown): void => void rowTypes.set(table, node);
const rowTypeOf = (table: TableName): unknown => rowTypes.get(table);

const resultTypes: Readonly<Record<FunctionName, string>> = {
  countDistinct: 'Int',
  sum: 'Decimal',
  avg: 'Decimal',
  min: 'Decimal',
  max: 'Decimal',
  minDay: 'LocalDate',
  maxDay: 'LocalDate',
  minInstant: 'DateTime',
  maxInstant: 'DateTime',
};

/** The type of a group: `TasksAggregate`. */
export function groupTypeOf(model: Model): AnyObject {
  const keys = keysTypeOf(model);
  const ref = builder.objectRef<Group>(`${toPascalCase(model.table)}Aggregate`).implement({
    description: `Aggregates over a group of ${model.nouns}. Sums are exact.`,
    fields: (given) => {
      const t = given as unknown as GroupFields & { arg(options: object): never };
      return {
        keys: t.field({
          type: keys,
          description: 'The values that the rows share.',
          extensions: stepOf(undefined),
          resolve: ({ values }: Group) => ({ values, path: [] }),
        }),
        count: measureField(t, 'count', 'Int', 'Number of rows.'),
        ...Object.fromEntries(
          (Object.keys(functions) as FunctionName[]).flatMap((name) => {
            const type = enumOf(model, functions[name]);
            return type ? [[name, functionField(t, model, name, type)]] : [];
          }),
        ),
        cursor: measureField(t, groupColumns.cursor, 'String', 'The cursor of the group, for `after`.'),
        hasNext: t.field({
          type: 'Boolean',
          description:
            'Whether more groups follow this one. On the last group of an answer: whether the answer was cut off.',
          extensions: groupValue(() => groupColumns.hasNext),
          resolve: ({ values }: Group) => values.get(groupColumns.hasNext),
        }),
      };
    },
  });
  return ref as AnyObject;
}

const measureField = (t: GroupFields, id: string, type: string, description: string) =>
  t.field({ type, description, extensions: groupValue(() => id), resolve: ({ values }: Group) => values.get(id) });

function functionField(
  t: GroupFields & { arg(options: object): never },
  { spec }: Model,
  name: FunctionName,
  type: ReturnType<typeof enumOf>,
) {
  const number = functions[name] === 'number' ? spec.aggregate?.number : undefined;
  return t.field({
    type: resultTypes[name],
    nullable: name !== 'sum' && name !== 'countDistinct',
    description: `${functionTexts[name]} of a field.`,
    args: {
      of: t.arg({
        type,
        required: true,
        description: 'The field.',
        ...(number && { defaultValue: number }),
      }),
    },
    extensions: groupValue((_path, { of }) => `${name}:${String(of)}`, undefined, name) satisfies GroupExtensions,
    resolve: ({ values }: Group, { of }: { of: string }) => {
      const found = values.get(`${name}:${of}`) ?? null;
      return resultTypes[name] === 'DateTime' && found !== null ? new Date(String(found)) : found;
    },
  });
}
