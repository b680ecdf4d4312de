import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { uuidv7 } from '../lib/ids.ts';

/** A field of an input that takes an id, and the id's type. */
export interface IdPosition {
  path: string[];
  typename: string;
}

/** Values for a sample: ids by type, and the text for all text fields. */
export interface SampleSource {
  idOf(typename: string): string;
  text?: string;
  email?: string;
}

const scalars: Record<string, unknown> = {
  Int: 1,
  Float: 1,
  Boolean: true,
  Decimal: '1',
  LocalDate: '2026-01-05',
  DateTime: '2026-01-05T10:00:00.000Z',
  EmailAddress: 'sample@example.test',
  HexColorCode: '#123456',
  URL: 'https://example.test/',
  UUID: '01a00000-0000-7000-8000-000000000000',
  JSONObject: {},
};

/** The type of the ids that this field takes: as declared or, if any id is accepted, from the field's name. */
export function idTypeOf(field: GraphQLInputField): string | undefined {
  const [first] = (field.extensions.relayGlobalIDFor as { typename: string }[] | undefined) ?? [];
  if (first) return first.typename;
  const [, name] = /^(\w+)Ids?$/.exec(field.name) ?? [];
  return name && getNamedType(field.type).name === 'ID' ? name[0]!.toUpperCase() + name.slice(1) : undefined;
}

/** All fields of an input object that take an id, including nested ones. */
export function idPositions(type: GraphQLInputObjectType, path: string[] = []): IdPosition[] {
  return Object.values(type.getFields()).flatMap((field): IdPosition[] => {
    const here = [...path, field.name];
    const typename = idTypeOf(field);
    if (typename) return [{ path: here, typename }];
    const named = getNamedType(field.type);
    return isInputObjectType(named) && here.length < 4 ? idPositions(named, here) : [];
  });
}

function sample(type: GraphQLInputType, field: GraphQLInputField, source: SampleSource): unknown {
  if (isNonNullType(type)) return sample(type.ofType, field, source);
  if (isListType(type)) return [sample(type.ofType, field, source)];
  if (isInputObjectType(type)) return sampleInput(type, source);
  if (isEnumType(type)) return type.getValues()[0]!.name;
  const typename = idTypeOf(field);
  if (field.name === 'emoji') return '👍';
  if (field.name === 'prefix') return `S${uuidv7().slice(-8)}-`;
  // A different address for each input: failed sign-ins to one account are delayed, which would make two answers differ
  if (field.name === 'email') return source.email ? `${uuidv7()}.${source.email}` : scalars.EmailAddress;
  if (type.name === 'String') return source.text ?? 'sample';
  return typename ? source.idOf(typename) : (scalars[type.name] ?? null);
}

/** Fields that an input needs although the graph does not require them, because another one may take their place. */
const neededBeside: Readonly<Record<string, readonly string[]>> = {
  CreateTimeEntryInput: ['hours'],
  NewTimeEntryInput: ['hours'],
  CreateInvoiceLineInput: ['vatRate'],
  NewInvoiceLineInput: ['vatRate'],
};

/** The fields that an input needs; a row of an upsert needs what a new object does. */
export function neededFields(type: GraphQLInputObjectType): GraphQLInputField[] {
  const toCreate = type.extensions.neededToCreate as readonly string[] | undefined;
  const also = [...(toCreate ?? []), ...(neededBeside[type.name] ?? [])];
  return Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || also.includes(field.name));
}

/** An input with a plausible value for every field that it needs. */
export const sampleInput = (type: GraphQLInputObjectType, source: SampleSource): Record<string, unknown> =>
  Object.fromEntries(neededFields(type).map((field) => [field.name, sample(field.type, field, source)]));

/** The input with an id at a place, with sample objects on the path to it. */
export function withIdAt(
  input: Record<string, unknown>,
  type: GraphQLInputObjectType,
  { path }: IdPosition,
  id: string,
  source: SampleSource,
): Record<string, unknown> {
  const [key, ...rest] = path;
  const field = type.getFields()[key!]!;
  const named = getNamedType(field.type);
  const list = isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
  if (!rest.length) return { ...input, [key!]: list ? [id] : id };
  const inner = named as GraphQLInputObjectType;
  const value = withIdAt(sampleInput(inner, source), inner, { path: rest, typename: '' }, id, source);
  return { ...input, [key!]: list ? [value] : value };
}

export const mutationsOf = (schema: GraphQLSchema) => Object.values(schema.getMutationType()!.getFields());
