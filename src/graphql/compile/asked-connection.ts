import { type GraphQLObjectType, getNamedType } from 'graphql';
import { Declined } from '../../access/decline.ts';
import type { AggregateDeclaration } from '../declare/aggregate/define-aggregate.ts';
import { aggregateField } from './aggregate-field.ts';
import type { Compiling } from './compiling.ts';
import { requireReadable } from './field-rules.ts';
import type { Output } from './output.ts';
import type { Page } from './page.ts';
import { coordinateOf, isTypename, type Selected } from './selection.ts';

export type PageInfoName = 'hasNextPage' | 'hasPreviousPage' | 'startCursor' | 'endCursor';
export type PageInfoPart = { key: string; name: PageInfoName | '__typename' };
export type EdgePart = { key: string } & ({ name: 'node'; place: number } | { name: 'cursor' | '__typename' });

/**
 * One field that a document selects on a connection. `place` is the index of a node among the values of a row, or of an
 * aggregate among the aggregates.
 */
export type ConnectionPart =
  | { key: string; name: '__typename' }
  | { key: string; name: 'totalCount' }
  | { key: string; name: 'aggregate'; place: number }
  | { key: string; name: 'nodes'; place: number }
  | { key: string; name: 'edges'; type: string; parts: EdgePart[] }
  | { key: string; name: 'pageInfo'; type: string; parts: PageInfoPart[] };

const pageInfoNames: ReadonlySet<string> = new Set(['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor']);

/** The type of the objects under a field. */
const typeUnder = ({ field }: Selected): GraphQLObjectType => getNamedType(field.type) as GraphQLObjectType;

/** The fields that a document selects on a connection, and the rows and values they require. */
export class AskedConnection {
  readonly type: string;
  readonly parts: ConnectionPart[];
  /** The values needed from each row: one for each place of the document that selects `nodes` or `node`. */
  readonly nodes: Output[] = [];
  /** The aggregates over the rows on all pages. */
  readonly aggregates: Output[] = [];
  readonly #page: Page;
  readonly #compiling: Compiling;

  constructor(selected: Selected, page: Page, compiling: Compiling) {
    this.#page = page;
    this.#compiling = compiling;
    const type = typeUnder(selected);
    this.type = type.name;
    this.parts = compiling.selections.under(selected, type).map((part) => this.#part(part));
  }

  /** Whether to read one extra row to see if others follow. With a cursor on that side the answer is already known. */
  get more(): boolean {
    const { backward, after, before } = this.#page;
    return backward ? !after && this.#asksFor('hasPreviousPage') : !before && this.#asksFor('hasNextPage');
  }

  get edgeCursors(): boolean {
    return this.parts.some((part) => part.name === 'edges' && part.parts.some(({ name }) => name === 'cursor'));
  }

  get cursors(): boolean {
    return this.edgeCursors || this.ends;
  }

  /** Whether the cursors of the page's ends are asked for. */
  get ends(): boolean {
    return this.#asksFor('startCursor', 'endCursor');
  }

  get counted(): boolean {
    return this.parts.some(({ name }) => name === 'totalCount');
  }

  /** Whether the statement must read rows. */
  get rows(): boolean {
    return this.nodes.length > 0 || this.more || this.cursors || this.parts.some(({ name }) => name === 'edges');
  }

  #asksFor(...names: PageInfoName[]): boolean {
    return this.parts.some(
      (part) => part.name === 'pageInfo' && part.parts.some(({ name }) => names.includes(name as PageInfoName)),
    );
  }

  #part(selected: Selected): ConnectionPart {
    const { key, field } = selected;
    if (isTypename(selected)) return { key, name: '__typename' };
    requireReadable(selected, this.#compiling.context);
    if (field.name === 'totalCount' && field.extensions.pothosDrizzleTotalCount) return { key, name: 'totalCount' };
    const { chantierAggregate } = field.extensions;
    if (chantierAggregate)
      return { key, name: 'aggregate', place: this.#aggregate(selected, chantierAggregate as AggregateDeclaration) };
    if (field.name === 'nodes') return { key, name: 'nodes', place: this.#node(selected) };
    const type = typeUnder(selected);
    const under = this.#compiling.selections.under(selected, type);
    if (field.name === 'edges') {
      return { key, name: 'edges', type: type.name, parts: under.map((part) => this.#edgePart(part)) };
    }
    if (field.name !== 'pageInfo') throw new Declined('is not a field of a page', coordinateOf(selected));
    return { key, name: 'pageInfo', type: type.name, parts: under.map(pageInfoPart) };
  }

  #aggregate(selected: Selected, declaration: AggregateDeclaration): number {
    const row = this.#compiling.row(this.#page.row.name);
    const rows = { table: row.inner, ...this.#page.rows(row) };
    return this.aggregates.push(aggregateField(selected, declaration, this.#compiling, rows)) - 1;
  }

  #edgePart(selected: Selected): EdgePart {
    const { key, field } = selected;
    if (isTypename(selected)) return { key, name: '__typename' };
    requireReadable(selected, this.#compiling.context);
    if (field.name === 'node') return { key, name: 'node', place: this.#node(selected) };
    if (field.name !== 'cursor') throw new Declined('is not a field of an edge', coordinateOf(selected));
    return { key, name: 'cursor' };
  }

  #node(selected: Selected): number {
    return this.nodes.push(this.#compiling.object(selected, typeUnder(selected), this.#page.row)) - 1;
  }
}

function pageInfoPart(selected: Selected): PageInfoPart {
  const { key, field } = selected;
  if (isTypename(selected)) return { key, name: '__typename' };
  if (!pageInfoNames.has(field.name)) throw new Declined('is not a field of a page', coordinateOf(selected));
  return { key, name: field.name as PageInfoName };
}
