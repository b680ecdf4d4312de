import SchemaBuilder, {
  type SchemaTypes as AnySchemaTypes,
  BasePlugin,
  type PothosOutputFieldConfig,
} from '@pothos/core';
import { type Column, getColumns, type Table } from 'drizzle-orm';
import {
  type GraphQLArgument,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
} from 'graphql';
import { AppError } from '../../lib/errors.ts';
import { readJson } from '../../lib/read-text.ts';
import { relations } from '../../relations.ts';
import { pageSizes } from '../limits/sizes.ts';
import { columnKind } from './column-kind.ts';
import { type CursorLevel, isCursorValue } from './cursor-values.ts';
import type { OrderInput, Ordering } from './page-order.ts';

export const cursorPluginName = 'chantierCursors' as const;

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends AnySchemaTypes> {
      chantierCursors: CursorPlugin<Types>;
    }
  }
}

interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
  orderBy?: readonly { field: string; direction: string }[] | null;
}

interface Page {
  edges: ({ cursor: string } | null)[];
  pageInfo: { startCursor: string | null; endCursor: string | null };
}

/** The name of an ordering inside a cursor: a cursor is valid only in the ordering that it comes from. */
const orderingTag = (orderBy: PageArguments['orderBy']): string =>
  (orderBy ?? []).map(({ field, direction }) => `${field}${direction === 'desc' ? '-' : '+'}`).join('');

/** The parts of a paged field that determine its cursors. */
interface PagedField {
  type: GraphQLOutputType;
  args: readonly Pick<GraphQLArgument, 'name' | 'extensions'>[];
  extensions?: unknown;
}

/** The tag that binds a cursor to its list: the type of the rows and their ordering. */
export const cursorTag = (field: PagedField, args: PageArguments): string =>
  `${getNamedType(field.type).name.replace(/Connection$/, '')}:${orderingTag(args.orderBy) || ownTagOf(field)}`;

/** The levels of a field's order, including the id; undefined for a field with its own kind of cursors. */
function cursorLevels(field: PagedField, { orderBy }: PageArguments): CursorLevel[] | undefined {
  const ordering = field.args.find(({ name }) => name === 'orderBy')?.extensions.chantierOrdering as
    | Ordering
    | undefined;
  if (!ordering) return ownTagOf(field) === relevance ? [{ kind: 'numeric', expression: true }, idLevel] : undefined;
  const columns = getColumns(relations[ordering.table].table as Table) as Record<string, Column>;
  const order = ordering.order(orderBy as OrderInput[] | null).orderBy;
  const levels = Object.keys(order).map((key): CursorLevel => {
    const sort = ordering.kindOf(key);
    if (sort === 'position') return { kind: 'integer', expression: true };
    return { kind: columnKind(columns[sort?.column ?? key]!) ?? 'json', expression: sort !== undefined };
  });
  return ordering.isTotal(order) ? levels : [...levels, idLevel];
}

/** The ordering of searches, by rank. */
export const relevance = 'RELEVANCE';

const ownTagKey = 'chantierCursorTag';

/** The extension of a connection with its own ordering: its cursors are valid only in fields with the same tag. */
export const orderedBy = (tag: string): Record<string, string> => ({ [ownTagKey]: tag });

const ownTagOf = ({ extensions }: { extensions?: unknown }): string =>
  (extensions as Record<string, string> | undefined)?.[ownTagKey] ?? '';

/** The prefix of Pothos's cursors. */
const rowPrefix = 'DC:';

/** The start of a bound cursor, before the position of the row. */
export const cursorStart = (tag: string): string => `${tag}|`;

/** The cursor for clients: base64 of the tag and the position of the row, or of the field's own cursor. */
export function bindCursor(tag: string, cursor: string): string {
  const text = isRowCursor(cursor) ? Buffer.from(cursor, 'base64').toString().slice(rowPrefix.length) : `|${cursor}`;
  return Buffer.from(`${cursorStart(tag)}${text}`).toString('base64');
}

const isRowCursor = (cursor: string): boolean => Buffer.from(cursor, 'base64').toString().startsWith(rowPrefix);

/**
 * The plain cursor inside a bound one. Throws BAD_CURSOR for invalid or forged cursors, and for cursors of another type
 * or ordering.
 */
export function unbindCursor(field: PagedField, args: PageArguments, argument: 'after' | 'before'): string {
  const text = Buffer.from(args[argument] ?? '', 'base64').toString();
  const bar = text.indexOf('|');
  if (bar < 0) throw invalidCursor(argument);
  if (text.slice(0, bar) !== cursorTag(field, args)) {
    throw new AppError('BAD_CURSOR', 'This cursor comes from another list or ordering', { field: argument });
  }
  const position = text.slice(bar + 1);
  const levels = cursorLevels(field, args);
  if (levels) {
    if (!isPosition(position, levels)) throw invalidCursor(argument);
    return Buffer.from(`${rowPrefix}${position}`).toString('base64');
  }
  if (!position.startsWith('|') || isRowCursor(position.slice(1))) throw invalidCursor(argument);
  return position.slice(1);
}

const invalidCursor = (field: string): AppError =>
  new AppError('BAD_CURSOR', 'This is not a cursor of this server', { field });

const idLevel: CursorLevel = { kind: 'uuid', expression: false };

/** Whether a position has one comparable value for each level; the database would fail on others. */
function isPosition(position: string, levels: readonly CursorLevel[]): boolean {
  const isTuple = position.startsWith('T:');
  if (isTuple !== levels.length > 1) return false;
  const parts = isTuple ? readJson(position.slice(2)) : [position];
  if (!Array.isArray(parts) || parts.length !== levels.length) return false;
  return parts.every((part, place) => isCursorValue(part, levels[place]!));
}

function checkSize(size: number | null | undefined, argument: string): void {
  if (size === null || size === undefined || (size >= 0 && size <= pageSizes.max)) return;
  throw new AppError('BAD_INPUT', `${argument} must be between 0 and ${pageSizes.max}`, { field: argument });
}

function plainArguments(field: PagedField, args: PageArguments): PageArguments {
  checkSize(args.first, 'first');
  checkSize(args.last, 'last');
  return {
    ...args,
    ...(args.after && { after: unbindCursor(field, args, 'after') }),
    ...(args.before && { before: unbindCursor(field, args, 'before') }),
  };
}

function bindPage<T>(page: T, field: PagedField, args: PageArguments): T {
  const { edges, pageInfo } = page as unknown as Page;
  if (!edges || !pageInfo) return page;
  const tag = cursorTag(field, args);
  for (const edge of edges) if (edge) edge.cursor = bindCursor(tag, edge.cursor);
  pageInfo.startCursor &&= bindCursor(tag, pageInfo.startCursor);
  pageInfo.endCursor &&= bindCursor(tag, pageInfo.endCursor);
  return page;
}

/** The schema's field for a Pothos field configuration. */
const fieldOf = (schema: GraphQLSchema, { parentType, name }: { parentType: string; name: string }): PagedField =>
  (schema.getType(parentType) as GraphQLObjectType).getFields()[name]!;

/** Checks the page sizes of every connection, and binds its cursors to the type of its rows and their ordering. */
export class CursorPlugin<Types extends AnySchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (!('after' in config.args && 'before' in config.args)) return config;
    const plain = (args: object, _context: unknown, { schema }: Pick<GraphQLResolveInfo, 'schema'>) =>
      plainArguments(fieldOf(schema, config), args) as Record<string, unknown>;
    return { ...config, argMappers: [...config.argMappers, plain] };
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (!('after' in config.args && 'before' in config.args)) return resolver;
    return (parent, args, context, info) => {
      const bind = <T>(page: T): T => bindPage(page, fieldOf(info.schema, config), args);
      const page = resolver(parent, args, context, info);
      return page instanceof Promise ? page.then(bind) : bind(page);
    };
  }
}

SchemaBuilder.registerPlugin(cursorPluginName, CursorPlugin);
