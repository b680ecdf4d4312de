import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import {
  CurrencyResolver,
  EmailAddressResolver,
  HexColorCodeResolver,
  JSONObjectResolver,
  URLResolver,
  UUIDResolver,
} from 'graphql-scalars';
import { readDecimal } from '../../lib/decimal-text.ts';
import { firstDay, lastDay, readDay, readInstant, showDay, showInstant } from '../../lib/instants.ts';
import { builder } from './builder.ts';

/** Invalid values are BAD_INPUT, in variables and in documents. */
const badValue = (message: string, nodes?: ValueNode): GraphQLError =>
  new GraphQLError(message, { ...(nodes && { nodes }), extensions: { code: 'BAD_INPUT' } });

interface Codec<Internal> {
  name: string;
  description: string;
  /** Parses a text; undefined if it is invalid. */
  read(text: string): Internal | undefined;
  show(value: Internal): string;
  /** The error message for an invalid text. */
  refusal: string;
  /** Whether numbers are accepted too. */
  numbers?: boolean;
}

/** A scalar that is written as a string. */
function textScalar<Internal>({ name, description, read, show, refusal, numbers }: Codec<Internal>) {
  const parse = (given: unknown, node?: ValueNode): Internal => {
    const text = numbers && typeof given === 'number' ? String(given) : given;
    const value = typeof text === 'string' ? read(text) : undefined;
    if (value === undefined) throw badValue(refusal, node);
    return value;
  };
  return new GraphQLScalarType<Internal, string>({
    name,
    description,
    serialize: (value) => show(value as Internal),
    parseValue: (value) => parse(value),
    parseLiteral: (node) => {
      const isNumber = numbers && (node.kind === Kind.INT || node.kind === Kind.FLOAT);
      return parse(isNumber || node.kind === Kind.STRING ? node.value : undefined, node);
    },
  });
}

/** Removes trailing zeros, which only the scale of a column adds: equal numbers have equal texts. */
export function plainDecimal(value: string | number): string {
  const text = String(value);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const DecimalScalar = textScalar<string | number>({
  name: 'Decimal',
  description: 'An exact decimal number, written as a string of digits such as "7.5". Input may also be a number.',
  read: readDecimal,
  show: plainDecimal,
  refusal: 'A Decimal is a number, or a string of digits such as "12.50"',
  numbers: true,
});

const DateTimeScalar = textScalar<Date>({
  name: 'DateTime',
  description:
    `A point in time (RFC 3339) with milliseconds, such as \`2026-01-05T10:00:00Z\`; answers are in UTC. Inputs must lie ` +
    `between ${firstDay} and ${lastDay}.`,
  read: readInstant,
  show: showInstant,
  refusal: `A DateTime is written as 2026-01-05T10:00:00Z, and lies between ${firstDay} and ${lastDay}`,
});

const LocalDateScalar = textScalar<string>({
  name: 'LocalDate',
  description: `A calendar day, such as \`2026-01-05\`, without a time zone. Inputs must lie between ${firstDay} and ${lastDay}.`,
  read: readDay,
  show: showDay,
  refusal: `A LocalDate is written as 2026-01-05, and lies between ${firstDay} and ${lastDay}`,
});

builder.addScalarType('Currency', CurrencyResolver);
builder.addScalarType('DateTime', DateTimeScalar as never);
builder.addScalarType('Decimal', DecimalScalar);
builder.addScalarType('EmailAddress', EmailAddressResolver);
builder.addScalarType('HexColorCode', HexColorCodeResolver);
builder.addScalarType('JSONObject', JSONObjectResolver);
builder.addScalarType('LocalDate', LocalDateScalar);
builder.addScalarType('URL', URLResolver);
builder.addScalarType('UUID', UUIDResolver);
