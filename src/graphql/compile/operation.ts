import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type VariableValues,
  visit,
} from 'graphql';
import { Declined } from '../../access/decline.ts';
import { Lru } from '../../lib/lru.ts';
import { type Fragments, fragmentsOf } from '../fragments.ts';
import { coercedVariables } from '../variables.ts';
import { valuesAt } from './arguments.ts';
import { variantBytes } from './kept-bytes.ts';
import { kindsOf } from './node-field.ts';
import { Selections } from './selection.ts';
import { type Change, type Changes, changesOf, type Roots, rootsOf, type Skeleton, skeletonOf } from './skeleton.ts';

const variantsBytes = 32 * 1024 * 1024;

/**
 * The variants of operations, by `@skip` and `@include` and by the types that ids name. All operations of a server
 * share these caches, because callers decide how many variants there are.
 */
export class Variants {
  readonly roots: Lru<Roots>;
  readonly skeletons: Lru<Skeleton>;
  readonly changes: Lru<Changes>;

  /** Each of the three caches takes at most this much memory, estimated. */
  constructor(mostBytes = variantsBytes) {
    this.roots = new Lru(mostBytes);
    this.skeletons = new Lru(mostBytes);
    this.changes = new Lru(mostBytes);
  }
}

/** One operation of a document: everything that is known without a request's values. */
export class Operation {
  readonly id: number;
  /** Length of its document in characters. */
  readonly length: number;
  readonly #schema: GraphQLSchema;
  readonly #definition: OperationDefinitionNode;
  readonly #fragments: Fragments;
  /** The variables that `@skip` and `@include` use. */
  readonly #switches: readonly string[];
  readonly #variants: Variants;

  /** `id` must be unique among the operations that share `variants`. */
  constructor(
    id: number,
    schema: GraphQLSchema,
    document: DocumentNode,
    definition: OperationDefinitionNode,
    variants = new Variants(),
  ) {
    this.id = id;
    this.length = document.loc?.source.body.length ?? 0;
    this.#variants = variants;
    this.#schema = schema;
    this.#definition = definition;
    this.#fragments = fragmentsOf(document);
    this.#switches = switchesIn(document);
  }

  /** Throws Declined for values that do not fit their types; the executor reports them. */
  variables(given: Record<string, unknown> | null | undefined): VariableValues {
    const { variableValues } = coercedVariables({ schema: this.#schema, variableValues: given }, this.#definition);
    if (!variableValues) throw new Declined('variables do not fit their types');
    return variableValues;
  }

  /**
   * The root fields of a mutation that these variables include, by response name, each with the fields selected on its
   * payload; and a name for that variant.
   */
  changes(variables: VariableValues): { variant: string; selections: Selections; fields: ReadonlyMap<string, Change> } {
    const variant = this.#variantOf(variables);
    return { variant, ...this.#kept(this.#variants.changes, variant, () => changesOf(this.#selections(variables))) };
  }

  /** The fields that these variables include, with a name for that variant. */
  skeleton(variables: VariableValues): { variant: string; skeleton: Skeleton } {
    const switched = this.#variantOf(variables);
    const roots = this.#kept(this.#variants.roots, switched, () => rootsOf(this.#selections(variables)));
    const kinds = roots.nodes.map((site) => kindsOf(valuesAt(site, variables).args));
    const variant = `${switched}|${kinds.join('|')}`;
    return { variant, skeleton: this.#kept(this.#variants.skeletons, variant, () => skeletonOf(roots, kinds)) };
  }

  #kept<Value>(values: Lru<Value>, variant: string, make: () => Value): Value {
    const key = `${this.id}/${variant}`;
    const known = values.get(key);
    if (known) return known;
    const made = make();
    values.set(key, made, variantBytes(this.length) + key.length);
    return made;
  }

  #variantOf(variables: VariableValues): string {
    return this.#switches.map((name) => (variables.coerced[name] === true ? '1' : '0')).join('');
  }

  #selections(variables: VariableValues): Selections {
    // Selections are cached, so they must not contain other values of the request
    const switches = { sources: this.#chosen(variables.sources), coerced: this.#chosen(variables.coerced) };
    return new Selections(this.#schema, this.#definition, this.#fragments, switches);
  }

  #chosen<Value>(values: { readonly [name: string]: Value }): { [name: string]: Value } {
    return Object.fromEntries(this.#switches.flatMap((name) => (name in values ? [[name, values[name]!]] : [])));
  }
}

function switchesIn(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(node) {
      if (node.name.value !== 'skip' && node.name.value !== 'include') return;
      for (const { value } of node.arguments ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
