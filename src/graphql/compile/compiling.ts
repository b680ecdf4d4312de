import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { Declined } from '../../access/decline.ts';
import type { TableName } from '../../access/row-rules.ts';
import type { Context } from '../context.ts';
import type { RequestPlaceholder } from '../declare/request-placeholder.ts';
import { type Site, templateOf } from './arguments.ts';
import type { Output } from './output.ts';
import { Row } from './row.ts';
import { coordinateOf, type Selected, type Selections } from './selection.ts';
import type { Args, Supplied } from './supplied.ts';

/** Compiles the fields selected on a table's rows. Passed down, because relations lead to objects again. */
export type CompileObject = (of: Pick<Selected, 'nodes'>, type: GraphQLObjectType, row: Row) => Output;

/** Throws for values that the executor has to reject or to handle. */
export type Check = (supplied: Supplied) => unknown;

const derivedFrom = (placeholder: RequestPlaceholder<Supplied>): RequestPlaceholder<Supplied>[] => [
  placeholder,
  ...placeholder.derived.flatMap(derivedFrom),
];

const preparations = ({ derived }: RequestPlaceholder<Supplied>): Check[] =>
  derived.flatMap((placeholder) => [placeholder.read, ...preparations(placeholder)]);

/** One compilation: the document, the shape of its arguments, and the viewers that share the plan. */
export class Compiling {
  readonly schema: GraphQLSchema;
  readonly selections: Selections;
  /** The context that declarations see: role and permissions are real, everything else is a stand-in. */
  readonly context: Context;
  readonly object: CompileObject;
  readonly #sites: ReadonlyMap<object, Site>;
  #args: readonly Args[];
  readonly #placeholders: RequestPlaceholder<Supplied>[] = [];
  readonly #checks: Check[] = [];
  /** Whether the statement aggregates rows. */
  aggregates = false;
  #aliases = 0;

  constructor(options: {
    schema: GraphQLSchema;
    selections: Selections;
    context: Context;
    sites: readonly Site[];
    /** The arguments of a request of this shape, by site. */
    args: readonly Args[];
    object: (compiling: Compiling) => CompileObject;
  }) {
    this.schema = options.schema;
    this.selections = options.selections;
    this.context = options.context;
    this.#sites = new Map(options.sites.map((site) => [site.selected.nodes[0]!, site]));
    this.#args = options.args;
    this.object = options.object(this);
  }

  /** A table of the statement, under an alias of its own. */
  row(table: TableName): Row {
    return new Row(table, this.alias());
  }

  /** An alias that is new in the statement. */
  alias(): string {
    this.#aliases++;
    return `t${this.#aliases}`;
  }

  /** Whether the statement has a table. */
  get readsRows(): boolean {
    return this.#aliases > 0;
  }

  /** Adds a check that a request's values must pass even if the statement does not need them. */
  check(check: Check): void {
    this.#checks.push(check);
  }

  /** Everything that may reject a request's values. The executor checks all of them, even if no row is found. */
  get checks(): readonly Check[] {
    return [...this.#checks, ...this.#placeholders.flatMap(preparations)];
  }

  /** Whether a parameter is the value of an argument, such as one in a filter; cursors and page sizes do not count. */
  isValue(parameter: unknown): boolean {
    return this.#placeholders.some((placeholder) => derivedFrom(placeholder).includes(parameter as never));
  }

  site(selected: Selected): Site {
    const site = this.#sites.get(selected.nodes[0]!);
    if (!site) throw new Declined('has arguments that were not read', coordinateOf(selected));
    return site;
  }

  /** Drops the values of the request that triggered the compilation: plans are cached and shared. */
  end(): void {
    this.#args = [];
  }

  /** Arguments of the compiled shape, with the values of one request. */
  args({ index }: Site): Args {
    return this.#args[index]!;
  }

  /** Arguments of the compiled shape, with placeholders for the values that only a request knows. */
  template(site: Site): Record<string, unknown> {
    return templateOf(site, this.args(site), this.#placeholders);
  }
}
