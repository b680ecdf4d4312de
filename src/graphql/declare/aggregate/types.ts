import type { EnumRef, InputFieldMap, InputRef, ObjectRef } from '@pothos/core';
import type { TableName } from '../../../access/row-rules.ts';
import { builder, type SchemaTypes } from '../builder.ts';
import { comparators } from '../comparators.ts';
import { conditionType } from '../input-bounds.ts';
import { OrderDirection } from '../ordering.ts';
import type { Field } from '../resource/fields.ts';
import type { Model } from '../resource/model.ts';
import { lowerFirst, toConstantCase, toPascalCase } from '../resource/naming.ts';
import { TimeUnit } from '../time-unit.ts';
import type { KeyInput } from './aggregate-spec.ts';
import { plainFieldsOf, referencesOf, timesOf } from './dimensions.ts';
import { describeField, type FunctionName, fieldsOfKind, functions, type Kind } from './measures.ts';

type AnyEnum = EnumRef<SchemaTypes, string>;

const keyInputs = new Map<TableName, InputRef<KeyInput>>();

/** The input type of keys: `TaskKey`. */
export function keyInputOf(model: Model): InputRef<KeyInput> {
  const known = keyInputs.get(model.table);
  if (known) return known;
  const ref = builder.inputRef<KeyInput>(`${model.spec.name}Key`);
  keyInputs.set(model.table, ref);
  ref.implement({
    description: `Keys to group by: fields of ${model.nouns}, or of rows that they refer to.`,
    fields: (t) =>
      ({
        id: t.boolean({ description: `By the ${model.noun} itself.` }),
        ...Object.fromEntries(plainFieldsOf(model).map((field) => [field.key, t.boolean({ description: by(field) })])),
        ...Object.fromEntries(
          timesOf(model).map((field) => [field.key, t.field({ type: TimeUnit, description: by(field) })]),
        ),
        ...Object.fromEntries(
          referencesOf(model).map((field) => [
            field.key,
            t.field({ type: keyInputs.get(field.reference.target)! as never, description: by(field) }),
          ]),
        ),
      }) as InputFieldMap as never,
  });
  return ref;
}

const by = (field: Field): string => `By ${lowerFirst(describeField(field))}`;

const enums = new Map<string, AnyEnum | undefined>();

const kindNouns: Readonly<Record<Kind, string>> = {
  dimension: 'values',
  number: 'numbers',
  day: 'days',
  instant: 'instants',
};

/** The fields of a kind as an enum, such as `TaskNumber`; undefined if there is none. */
export function enumOf(model: Model, kind: Kind): AnyEnum | undefined {
  const name = `${model.spec.name}${toPascalCase(kind)}`;
  if (enums.has(name)) return enums.get(name);
  const fields = fieldsOfKind(model)[kind];
  const ref = fields.length
    ? (builder.enumType(name, {
        description: `The ${kindNouns[kind]} of ${model.nouns} that aggregates are computed over.`,
        values: Object.fromEntries(
          fields.map((field) => [toConstantCase(field.key), { value: field.key, description: describeField(field) }]),
        ),
      }) as AnyEnum)
    : undefined;
  enums.set(name, ref);
  return ref;
}

export const functionTexts: Readonly<Record<FunctionName, string>> = {
  countDistinct: 'Number of different values',
  sum: 'Exact sum',
  avg: 'Average',
  min: 'Smallest number',
  max: 'Largest number',
  minDay: 'First day',
  maxDay: 'Last day',
  minInstant: 'Earliest instant',
  maxInstant: 'Latest instant',
};

const functionNames = Object.keys(functions) as FunctionName[];

export function orderInputOf(model: Model) {
  const keys = keyInputOf(model);
  return builder.inputRef<object>(`${toPascalCase(model.table)}AggregateOrder`).implement({
    description: 'One level of the order of groups: exactly one key or measure. Groups without a value come last.',
    fields: (t) =>
      ({
        key: t.field({ type: keys, description: 'By one of the keys of the groups.' }),
        count: t.boolean({ description: 'By the number of rows.' }),
        ...Object.fromEntries(
          functionNames.flatMap((name) => {
            const type = enumOf(model, functions[name]);
            return type ? [[name, t.field({ type, description: `${functionTexts[name]} of this field.` })]] : [];
          }),
        ),
        direction: t.field({
          type: OrderDirection,
          required: true,
          defaultValue: 'asc',
          description: 'Ascending by default.',
        }),
      }) as InputFieldMap as never,
  });
}

/** Conditions on the functions that return numbers. */
export function havingInputOf(model: Model) {
  const conditionsOn = (kind: 'dimension' | 'number') => {
    const fields = fieldsOfKind(model)[kind];
    if (!fields.length) return undefined;
    const type = comparators[kind === 'number' ? 'Decimal' : 'Int'];
    return builder.inputRef<object>(`${model.spec.name}${toPascalCase(kind)}Having`).implement({
      description: `For each of these ${kindNouns[kind]}, a condition on its aggregate. All must hold.`,
      extensions: conditionType,
      fields: (t) =>
        Object.fromEntries(
          fields.map((field) => [field.key, t.field({ type: type as never, description: describeField(field) })]),
        ) as InputFieldMap as never,
    });
  };
  const types = { dimension: conditionsOn('dimension'), number: conditionsOn('number') };
  return builder.inputRef<object>(`${toPascalCase(model.table)}AggregateHaving`).implement({
    description: 'Conditions on groups. All must hold.',
    extensions: conditionType,
    fields: (t) =>
      ({
        count: t.field({ type: comparators.Int, description: 'On the number of rows.' }),
        ...Object.fromEntries(
          functionNames.flatMap((name) => {
            const kind = functions[name];
            const type = kind === 'dimension' || kind === 'number' ? types[kind] : undefined;
            return type
              ? [[name, t.field({ type: type as never, description: `${functionTexts[name]} of these fields.` })]]
              : [];
          }),
        ),
      }) as InputFieldMap as never,
  });
}

export type AnyObject = ObjectRef<SchemaTypes, unknown>;
