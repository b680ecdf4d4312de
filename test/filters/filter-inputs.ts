import fc from 'fast-check';
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { schema } from '../../src/schema.ts';
import type { FilterValue, TableName } from './oracle.ts';

/** The table whose rows a filter input chooses; undefined for all other inputs. */
export const tableOf = (input: GraphQLInputObjectType): TableName | undefined =>
  input.extensions.chantierFilterOf as TableName | undefined;

/** Every filter input of the schema. */
export const filterInputs = (): GraphQLInputObjectType[] =>
  Object.values(schema.getTypeMap()).filter(
    (type) => isInputObjectType(type) && tableOf(type) !== undefined,
  ) as GraphQLInputObjectType[];

/** Operands for a field of a filter, as a client sends them. */
export type Operands = (table: TableName, field: string) => readonly unknown[];

/** Filters of an input: each names some of its fields, whatever they are. */
export const filterOf = (input: GraphQLInputObjectType, operands: Operands, depth: number): fc.Arbitrary<FilterValue> =>
  ofFields(input, tableOf(input)!, operands, depth);

function ofFields(
  input: GraphQLInputObjectType,
  table: TableName,
  operands: Operands,
  depth: number,
): fc.Arbitrary<FilterValue> {
  const fields = Object.values(input.getFields()).flatMap(({ name, type }): [string, fc.Arbitrary<unknown>][] => {
    const value = fieldValue(table, name, type, operands, depth);
    return value ? [[name, value]] : [];
  });
  return fc
    .subarray(fields, { minLength: 1, maxLength: Math.min(2, fields.length) })
    .chain((chosen) => fc.record(Object.fromEntries(chosen), { noNullPrototype: true }) as fc.Arbitrary<FilterValue>);
}

function fieldValue(
  table: TableName,
  name: string,
  type: GraphQLInputType,
  operands: Operands,
  depth: number,
): fc.Arbitrary<unknown> | undefined {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return fc.constantFrom(...operands(table, name));
  const relatedOf = named.extensions.chantierRelatedOf as TableName | undefined;
  if (relatedOf) return depth === 0 ? undefined : later(() => ofFields(named, relatedOf, operands, depth));
  if (tableOf(named) === undefined) return comparison(named, operands(table, name));
  if (depth === 0) return undefined;
  const inner = later(() => filterOf(named, operands, depth - 1));
  return isListType(isNonNullType(type) ? type.ofType : type) ? fc.array(inner, { maxLength: 2 }) : inner;
}

/** Made only when it is used: the inputs refer to each other in many ways. */
const later = <T>(make: () => fc.Arbitrary<T>): fc.Arbitrary<T> => fc.constant(undefined).chain(make);

/** One or two of the operators of a comparator. */
function comparison(comparator: GraphQLInputObjectType, operands: readonly unknown[]): fc.Arbitrary<FilterValue> {
  // `test/filters/relative-operands.test.ts` compares periods
  const all = Object.values(comparator.getFields()).filter(({ type }) => getNamedType(type).name !== 'RelativePeriod');
  return fc.subarray(all, { minLength: 1, maxLength: 2 }).chain((chosen) => {
    const values = chosen.map(({ name, type }) => [name, operand(name, type, operands)] as const);
    return fc.record(Object.fromEntries(values), { noNullPrototype: true }) as fc.Arbitrary<FilterValue>;
  });
}

function operand(operator: string, type: GraphQLInputType, operands: readonly unknown[]): fc.Arbitrary<unknown> {
  const named = getNamedType(type);
  if (operator === 'isNull') return fc.boolean();
  const one = isEnumType(named)
    ? fc.constantFrom(...named.getValues().map(({ name }) => name))
    : fc.constantFrom(...operands);
  if (['contains', 'startsWith', 'endsWith'].includes(operator)) return one.chain(partOf);
  return isListType(type) ? fc.array(one, { maxLength: 3 }) : one;
}

/** A part of a text, cut between characters: half of a surrogate pair would be refused. */
const partOf = (text: unknown): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(3), fc.integer({ min: 1, max: 5 }))
    .map(([from, length]) => [...String(text)].slice(from, from + length).join(''));
