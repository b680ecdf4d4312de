import SchemaBuilder, {
  type SchemaTypes as AnySchemaTypes,
  BasePlugin,
  type PothosOutputFieldConfig,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { AppError } from '../../lib/errors.ts';
import { readJson } from '../../lib/read-text.ts';
import { pageSizes } from '../limits/sizes.ts';

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

/** Names an ordering inside a cursor: the page after a cursor makes sense in the ordering it came from only. */
export const orderingTag = (orderBy: PageArguments['orderBy']): string =>
  (orderBy ?? []).map(({ field, direction }) => `${field}${direction === 'desc' ? '-' : '+'}`).join('');

const ownTagKey = 'chantierCursorTag';

/** The extension of a connection's field that has an order of its own: its cursors are good only where there is the same. */
export const orderedBy = (tag: string): Record<string, string> => ({ [ownTagKey]: tag });

const ownTagOf = ({ extensions }: { extensions?: unknown }): string =>
  (extensions as Record<string, string> | undefined)?.[ownTagKey] ?? '';

/** How Pothos begins the positions of rows. */
const ofRow = 'DC:';

/** What stands in front of a row's position in its cursor. */
export const cursorStart = (tag: string): string => `${tag}|`;

/** The cursor that clients get: base64 of the ordering and a row's position, or else of what the list made itself. */
export function bindCursor(tag: string, cursor: string): string {
  const text = isOfRow(cursor) ? Buffer.from(cursor, 'base64').toString().slice(ofRow.length) : `|${cursor}`;
  return Buffer.from(`${cursorStart(tag)}${text}`).toString('base64');
}

const isOfRow = (cursor: string): boolean => Buffer.from(cursor, 'base64').toString().startsWith(ofRow);

/** The plain cursor inside a bound one. Throws BAD_CURSOR when it is none, or comes from another ordering. */
export function unbindCursor(tag: string, bound: string, argument: string): string {
  const text = Buffer.from(bound, 'base64').toString();
  const bar = text.indexOf('|');
  if (bar < 0) throw notOurs(argument);
  if (text.slice(0, bar) !== tag) {
    throw new AppError('BAD_CURSOR', 'This cursor comes from another ordering', { field: argument });
  }
  const position = text.slice(bar + 1);
  const own = position.startsWith('|') ? position.slice(1) : undefined;
  if (own !== undefined && !isOfRow(own)) return own;
  if (own !== undefined || !isPosition(position)) throw notOurs(argument);
  return Buffer.from(`${ofRow}${position}`).toString('base64');
}

const notOurs = (field: string): AppError =>
  new AppError('BAD_CURSOR', 'This is not a cursor of this server', { field });

/** A value as Pothos writes it into a cursor: a text, a number, a date, or nothing. */
const chunk = /^(?:S:[\s\S]*|[NIM]:-?\d[\d.e+-]*|D:-?\d{1,15}|Z:)$/;

/**
 * Whether a position holds values that can be compared with: what a stranger made up would fail far from here else.
 * Lists with cursors of their own check them themselves.
 */
function isPosition(position: string): boolean {
  if (!position.startsWith('T:')) return chunk.test(position);
  const parts = readJson(position.slice(2));
  return Array.isArray(parts) && parts.every((part) => part === null || (typeof part === 'string' && chunk.test(part)));
}

function checkSize(size: number | null | undefined, argument: string): void {
  if (size === null || size === undefined || (size >= 0 && size <= pageSizes.most)) return;
  throw new AppError('BAD_INPUT', `${argument} must be between 0 and ${pageSizes.most}`, { field: argument });
}

function plainArguments(args: PageArguments, ownTag: string): PageArguments {
  checkSize(args.first, 'first');
  checkSize(args.last, 'last');
  const tag = orderingTag(args.orderBy) || ownTag;
  return {
    ...args,
    ...(args.after && { after: unbindCursor(tag, args.after, 'after') }),
    ...(args.before && { before: unbindCursor(tag, args.before, 'before') }),
  };
}

function bindPage<T>(page: T, args: PageArguments, ownTag: string): T {
  const { edges, pageInfo } = page as unknown as Page;
  if (!edges || !pageInfo) return page;
  const tag = orderingTag(args.orderBy) || ownTag;
  for (const edge of edges) if (edge) edge.cursor = bindCursor(tag, edge.cursor);
  pageInfo.startCursor &&= bindCursor(tag, pageInfo.startCursor);
  pageInfo.endCursor &&= bindCursor(tag, pageInfo.endCursor);
  return page;
}

/** Binds the cursors of every connection to its ordering and checks page sizes, before anything is planned. */
export class CursorPlugin<Types extends AnySchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (!('after' in config.args && 'before' in config.args)) return config;
    const plain = (args: object) => plainArguments(args, ownTagOf(config)) as Record<string, unknown>;
    return { ...config, argMappers: [...config.argMappers, plain] };
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (!('after' in config.args && 'before' in config.args)) return resolver;
    const bind = <T>(page: T, args: PageArguments): T => bindPage(page, args, ownTagOf(config));
    return (parent, args, context, info) => {
      const page = resolver(parent, args, context, info);
      return page instanceof Promise ? page.then((value) => bind(value, args)) : bind(page, args);
    };
  }
}

SchemaBuilder.registerPlugin(cursorPluginName, CursorPlugin);
