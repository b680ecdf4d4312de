import { sql } from 'drizzle-orm';
import { type GraphQLObjectType, getNamedType } from 'graphql';
import { Declined } from '../../access/decline.ts';
import type { PayloadDeclaration } from '../declare/payload.ts';
import { RequestPlaceholder } from '../declare/request-placeholder.ts';
import type { Compiling } from './compiling.ts';
import { completion } from './completion.ts';
import { visibleRows, whereClause } from './conditions.ts';
import { requireReadable } from './field-rules.ts';
import { aggregated, orNull, quoted, textOf } from './json.ts';
import { type Output, readPresent } from './output.ts';
import type { Target } from './plan.ts';
import { argumentsFor, call, resolverOf } from './resolver.ts';
import { coordinateOf, isTypename, type Selected } from './selection.ts';
import type { Supplied } from './supplied.ts';

/** A field of a mutation's payload: rows by the ids that the use case returned, or a value computed from its result. */
function payloadField(selected: Selected, compiling: Compiling): Output {
  if (isTypename(selected)) return { json: quoted(selected.parent.name) };
  try {
    const declared = selected.field.extensions.chantierPayload as PayloadDeclaration | undefined;
    requireReadable(selected, compiling.context);
    return declared ? rowsField(selected, declared, compiling) : codeField(selected, compiling);
  } catch (error) {
    if (error instanceof Declined && !error.reason.field) throw new Declined(error.reason.why, coordinateOf(selected));
    throw error;
  }
}

function rowsField(selected: Selected, { table, many, idsOf }: PayloadDeclaration, compiling: Compiling): Output {
  const row = compiling.row(table);
  const { json, read } = compiling.object(selected, getNamedType(selected.field.type) as GraphQLObjectType, row);
  const ids = new RequestPlaceholder<Supplied>(({ given }) => idsOf(given));
  const where = many ? { RAW: (of: { id: unknown }) => sql`${of.id} = any(${ids})` } : { id: { eq: ids } };
  const source = visibleRows(row, where, compiling);
  const from = sql`from ${source.from}${whereClause(source)}`;
  if (!many) return { json: orNull([sql`(select ${textOf(json)} ${from})`]), read: readPresent(read) };
  const order = sql` order by ${row.sql('id')}`;
  return {
    json: ['[', sql`(select ${aggregated(json, { order })} ${from})`, ']'],
    read: read && ((values, supplied) => (values as unknown[]).map((item) => read(item, supplied))),
  };
}

function codeField(selected: Selected, compiling: Compiling): Output {
  const resolve = resolverOf(selected);
  const args = argumentsFor(selected, compiling);
  const complete = completion(selected.field.type, selected, compiling);
  return {
    json: ['null'],
    read: (_json, supplied) => complete(call(resolve, supplied.given, args(supplied), supplied), supplied),
  };
}

/** The object of a payload. */
export const payloadTarget: Target = { field: payloadField, before: '', after: '' };
