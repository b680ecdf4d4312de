import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import {
  CurrencyResolver,
  DateTimeResolver,
  EmailAddressResolver,
  HexColorCodeResolver,
  JSONObjectResolver,
  LocalDateResolver,
  URLResolver,
  UUIDResolver,
} from 'graphql-scalars';
import { builder } from './builder.ts';

const decimalPattern = /^-?\d{1,30}(\.\d{1,30})?$/;

function parseDecimal(value: unknown): string {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  if (typeof text === 'string' && decimalPattern.test(text)) return text;
  throw new GraphQLError('A Decimal is a number, or a string of digits such as "12.50"');
}

/** Digits without the zeros that only a column's scale adds: the same number always reads the same. */
export function plainDecimal(value: string | number): string {
  const text = String(value);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

export const DecimalScalar = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  description: 'An exact decimal number, written as a string of digits such as "7.5". Input may also be a number.',
  serialize: (value) => plainDecimal(value as string | number),
  parseValue: parseDecimal,
  parseLiteral(node) {
    if (node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT)
      return parseDecimal(node.value);
    throw new GraphQLError('A Decimal is a number, or a string of digits such as "12.50"', { nodes: node });
  },
});

builder.addScalarType('Currency', CurrencyResolver);
builder.addScalarType('DateTime', DateTimeResolver);
builder.addScalarType('Decimal', DecimalScalar);
builder.addScalarType('EmailAddress', EmailAddressResolver);
builder.addScalarType('HexColorCode', HexColorCodeResolver);
builder.addScalarType('JSONObject', JSONObjectResolver);
builder.addScalarType('LocalDate', LocalDateResolver);
builder.addScalarType('URL', URLResolver);
builder.addScalarType('UUID', UUIDResolver);
