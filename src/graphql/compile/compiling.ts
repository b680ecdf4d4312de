import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { Declined } from '../../access/decline.ts';
import type { TableName } from '../../access/row-rules.ts';
import type { Context } from '../context.ts';
import type { RequestPlaceholder } from '../declare/request-placeholder.ts';
import { type Site, templateOf } from './arguments.ts';
import type { Output } from './output.ts';
import { Row } from './row.ts';
import { nameOf, type Selected, type Selections } from './selection.ts';
import type { Args, Supplied } from './supplied.ts';

/** Compiles what is asked of the rows of a table; handed down, since relations lead to objects again. */
export type CompileObject = (of: Pick<Selected, 'nodes'>, type: GraphQLObjectType, row: Row) => Output;

/** Throws for values that only the executor may judge. */
export type Check = (supplied: Supplied) => unknown;

const derivedFrom = (placeholder: RequestPlaceholder<Supplied>): RequestPlaceholder<Supplied>[] => [
  placeholder,
  ...placeholder.derived.flatMap(derivedFrom),
];

const preparations = ({ derived }: RequestPlaceholder<Supplied>): Check[] =>
  derived.flatMap((placeholder) => [placeholder.read, ...preparations(placeholder)]);

/** One compilation: the document, the shape of its arguments, and whose plan it is. */
export class Compiling {
  readonly schema: GraphQLSchema;
  readonly selections: Selections;
  /** The context as declarations may see it: role and permissions are real, the rest are stand-ins. */
  readonly context: Context;
  readonly object: CompileObject;
  readonly #sites: ReadonlyMap<object, Site>;
  #args: readonly Args[];
  readonly #placeholders: RequestPlaceholder<Supplied>[] = [];
  readonly #checks: Check[] = [];
  /** Whether rows are summed up. */
  sums = false;
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

  /** A table of the statement, under a name that no other has. */
  row(table: TableName): Row {
    return new Row(table, this.alias());
  }

  /** Another name that nothing of the statement has. */
  alias(): string {
    this.#aliases++;
    return `t${this.#aliases}`;
  }

  /** Whether any table stands in the statement. */
  get readsRows(): boolean {
    return this.#aliases > 0;
  }

  /** Notes what a request's values must pass even where the statement does not need them. */
  check(check: Check): void {
    this.#checks.push(check);
  }

  /** Everything that may refuse a request's values: the executor looks at all of them, also under no rows. */
  get checks(): readonly Check[] {
    return [...this.#checks, ...this.#placeholders.flatMap(preparations)];
  }

  /** Whether a parameter is what a client compares with. */
  isValue(parameter: unknown): boolean {
    return this.#placeholders.some((placeholder) => derivedFrom(placeholder).includes(parameter as never));
  }

  site(selected: Selected): Site {
    const site = this.#sites.get(selected.nodes[0]!);
    if (!site) throw new Declined('has arguments that were not read', nameOf(selected));
    return site;
  }

  /** Afterwards nothing is left of the values of the request that was compiled for: plans are kept, and shared. */
  end(): void {
    this.#args = [];
  }

  /** Arguments of the shape that is compiled; their values are one request's. */
  args({ index }: Site): Args {
    return this.#args[index]!;
  }

  /** Arguments of the shape that is compiled: with placeholders for what only a request knows. */
  template(site: Site): Record<string, unknown> {
    return templateOf(site, this.args(site), this.#placeholders);
  }
}
