import { type SQL, sql } from 'drizzle-orm';
import { type GraphQLObjectType, getNamedType, isNonNullType, isObjectType } from 'graphql';
import { Declined, Unplanned } from '../../access/decline.ts';
import { decodeGlobalId, externalReferenceOf, type GlobalId } from '../declare/global-id.ts';
import type { RowDeclaration } from '../declare/pages.ts';
import { RequestPlaceholder } from '../declare/request-placeholder.ts';
import { maxIds } from '../limits/sizes.ts';
import type { Compiling } from './compiling.ts';
import { visibleRows, type Where, whereClause } from './conditions.ts';
import { requireReadable } from './field-rules.ts';
import { aggregated, type Json, objectJson, orNull, textOf } from './json.ts';
import { modelOf } from './model-of.ts';
import { type Output, readPresent } from './output.ts';
import type { Selected } from './selection.ts';
import type { Args, Supplied } from './supplied.ts';

/** The ids in `node(id:)` or `nodes(ids:)`. Throws for an invalid id. */
export const idsOf = (args: Args): GlobalId[] =>
  ('ids' in args ? (args.ids as string[]) : [args.id as string]).map((id) => decodeGlobalId(String(id)));

/** The types that a request's ids name and the forms of the ids. They are part of the plan's key. */
export const kindsOf = (args: Args): string[] => [...new Set(idsOf(args).map(kindOf))].sort();

const kindOf = ({ typename, id }: GlobalId): string =>
  externalReferenceOf(id) === undefined ? typename : `${typename}:ref`;

/** The column that ids of a kind are looked up in. */
const keyOf = (kind: string): 'externalReference' | 'id' => (kind.endsWith(':ref') ? 'externalReference' : 'id');

/** The value of an id in that column. */
const columnValueOf = ({ id }: GlobalId): string => externalReferenceOf(id) ?? id;

/** The types of objects that a request's ids can lead to. Names of types that are not nodes are ignored. */
export function typesOf(kinds: readonly string[], { schema }: Compiling['selections']): GraphQLObjectType[] {
  return [...new Set(kinds.map((kind) => kind.split(':')[0]!))].flatMap((name) => {
    const type = schema.getType(name);
    if (!isObjectType(type) || !modelOf(type)) return [];
    if (!type.getInterfaces().some((implemented) => implemented.name === 'Node')) {
      throw new Declined(`${name} is not a node`);
    }
    return [type];
  });
}

/** `node(id:)`: the row of the type that the id names. */
export function nodeField(selected: Selected, compiling: Compiling): Output {
  requireReadable(selected, compiling.context);
  const site = compiling.site(selected);
  const kinds = kindsOf(compiling.args(site));
  const [type] = typesOf(kinds, compiling.selections);
  if (!type) return { json: ['null'] };
  const key = keyOf(kinds[0]!);
  const placeholder = new RequestPlaceholder<Supplied>(({ sites }) =>
    columnValueOf(idsOf(sites[site.index]!.args)[0]!),
  );
  const row = compiling.row(modelOf(type)!);
  // Compiled even for a table without references, so that the fields selected on it are checked
  const { json, read } = compiling.object(selected, type, row);
  if (!row.has(key)) return { json: ['null'] };
  const one = rowsWhere(row, { [key]: { eq: placeholder } }, textOf(json), compiling);
  return { json: orNull([one]), read: readPresent(read) };
}

/** `nodes(ids:)`: the rows of each type, by ids and by references, in the order of the request. */
export function nodesField(selected: Selected, compiling: Compiling): Output {
  requireReadable(selected, compiling.context);
  const site = compiling.site(selected);
  const kinds = kindsOf(compiling.args(site));
  const idsFrom = ({ sites }: Supplied): GlobalId[] => idsOf(sites[site.index]!.args);
  const found = kinds.flatMap((kind) => {
    const [type] = typesOf([kind], compiling.selections);
    const key = keyOf(kind);
    if (!type) return [];
    const row = compiling.row(modelOf(type)!);
    const object = compiling.object(selected, type, row);
    if (!row.has(key)) return [];
    const values = new RequestPlaceholder<Supplied>((supplied) =>
      idsFrom(supplied).flatMap((id) => (kindOf(id) === kind ? [columnValueOf(id)] : [])),
    );
    const where = { RAW: (table: Record<string, unknown>) => sql`${table[key]} = any(${values})` };
    const member: Json = [sql`to_json(${row.sql(key)}::text)::text`, ':', ...object.json];
    const members = rowsWhere(row, where, aggregated(member), compiling);
    return [{ kind, read: object.read, json: ['{', members, '}'] }];
  });
  return {
    json: objectJson(found.map(({ kind, json }) => ({ key: kind, json }))),
    read: (json, supplied) => {
      const ids = idsFrom(supplied);
      if (ids.length > maxIds) throw new Unplanned('too many ids');
      const rows = json as Record<string, Record<string, unknown>>;
      for (const { kind, read } of found) {
        const ofKind = rows[kind]!;
        if (read) for (const value of Object.keys(ofKind)) ofKind[value] = read(ofKind[value], supplied);
      }
      return ids.map((id) => own(own(rows, kindOf(id)), columnValueOf(id)) ?? null);
    },
  };
}

/** A reference may have the name of a property that every object inherits. */
const own = <Value>(of: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined =>
  of && Object.hasOwn(of, key) ? of[key] : undefined;

/** The first row of a table that a root field declares; null if there is none. */
export function rowField(selected: Selected, { table, where }: RowDeclaration, compiling: Compiling): Output {
  requireReadable(selected, compiling.context);
  if (isNonNullType(selected.field.type)) throw new Declined('is non-null');
  const row = compiling.row(table);
  const { json, read } = compiling.object(selected, getNamedType(selected.field.type) as GraphQLObjectType, row);
  const first = rowsWhere(row, where(compiling.context.viewer) as Where, textOf(json), compiling, sql` limit 1`);
  return { json: orNull([first]), read: readPresent(read) };
}

function rowsWhere(
  row: ReturnType<Compiling['row']>,
  where: Where,
  value: SQL,
  compiling: Compiling,
  end = sql``,
): SQL {
  const source = visibleRows(row, where, compiling);
  return sql`(select ${value} from ${source.from}${whereClause(source)}${end})`;
}
