import { is, SQL, sql, type Table } from 'drizzle-orm';
import { type GraphQLField, getNamedType } from 'graphql';
import { decodeKind, encodeKind, kindOf } from './columns.ts';
import type { Compiling } from './compiling.ts';
import { completion } from './completion.ts';
import { Declined } from './decline.ts';
import { type Output, rowOf } from './output.ts';
import { argumentsFor, call, resolverOf } from './resolver.ts';
import type { Row } from './row.ts';
import { nameOf, type Selected } from './selection.ts';

interface Select {
  columns?: Record<string, boolean>;
  extras?: Record<string, unknown>;
  with?: Record<string, unknown>;
}

/** The scalars whose extras look alike in JSON and from the driver. */
const extraScalars = new Set(['String', 'ID', 'Int', 'Float', 'Boolean']);

function extraAs(field: GraphQLField<unknown, unknown>, expression: SQL): SQL {
  const { name } = getNamedType(field.type);
  if (name === 'Decimal') return sql`(${expression})::text`;
  if (extraScalars.has(name)) return sql`(${expression})`;
  throw new Declined('computes a type that is not compiled');
}

/** A field with a function of its own over columns and expressions of its row: the function runs in the assembler. */
export function codeField(selected: Selected, select: unknown, row: Row, compiling: Compiling): Output {
  const { columns = {}, extras = {}, with: related = {}, ...rest } = selectionOf(selected, select, compiling);
  if (Object.keys(related).length || Object.keys(rest).length)
    throw new Declined('selects other rows for its code', nameOf(selected));
  const resolve = resolverOf(selected);
  const complete = completion(selected.field.type, selected, compiling);
  const args = argumentsFor(selected, compiling);
  const names: string[] = [];
  const outputs: Output[] = [];
  for (const name of Object.keys(columns).filter((key) => columns[key])) {
    const kind = kindOf(row.column(name));
    names.push(name);
    outputs.push({
      sql: encodeKind(kind, row.sql(name)),
      ...(kind === 'instant' && { read: (json: unknown) => decodeKind(kind, json) }),
    });
  }
  for (const [name, extra] of Object.entries(extras)) {
    names.push(name);
    outputs.push({ sql: extraAs(selected.field, expressionOf(extra, row)) });
  }
  const values = rowOf(outputs);
  return {
    sql: values.sql,
    read: (json, supplied) => {
      const given = values.read(json, supplied);
      const parent: Record<string, unknown> = {};
      for (let i = 0; i < names.length; i++) parent[names[i]!] = given[i];
      return complete(call(resolve, parent, args(supplied), supplied), supplied);
    },
  };
}

function selectionOf(selected: Selected, select: unknown, compiling: Compiling): Select {
  if (typeof select !== 'function') return select as Select;
  const args = selected.field.args.length ? compiling.template(compiling.site(selected)) : {};
  const nested = () => {
    throw new Declined('selects other rows for its code', nameOf(selected));
  };
  return (select(args, compiling.context, nested, () => new Set(), {}) ?? {}) as Select;
}

function expressionOf(extra: unknown, row: Row): SQL {
  const expression = typeof extra === 'function' ? extra(row.table as Table, { sql }) : extra;
  const written = (expression as { getSQL?: () => SQL } | undefined)?.getSQL?.();
  if (!is(written, SQL)) throw new Declined('has an expression that is no SQL');
  return written;
}
