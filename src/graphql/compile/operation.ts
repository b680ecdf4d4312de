import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type VariableValues,
  visit,
} from 'graphql';
import { coercedVariables } from '../variables.ts';
import { valuesAt } from './arguments.ts';
import { Declined } from './decline.ts';
import { kindsOf } from './node-field.ts';
import { Selections } from './selection.ts';
import { type Change, type Changes, changesOf, type Roots, rootsOf, type Skeleton, skeletonOf } from './skeleton.ts';

/** How many ways to skip and include, and to name types by ids, are kept of one operation. */
const mostVariants = 64;

/** One operation of a document, as far as it is known without looking at its values. */
export class Operation {
  readonly id: number;
  readonly #schema: GraphQLSchema;
  readonly #definition: OperationDefinitionNode;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The variables that `@skip` and `@include` look at. */
  readonly #switches: readonly string[];
  readonly #roots = new Map<string, Roots>();
  readonly #skeletons = new Map<string, Skeleton>();
  readonly #changes = new Map<string, Changes>();

  constructor(id: number, schema: GraphQLSchema, document: DocumentNode, definition: OperationDefinitionNode) {
    this.id = id;
    this.#schema = schema;
    this.#definition = definition;
    this.#fragments = new Map(
      document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
    );
    this.#switches = switchesIn(document);
  }

  /** Throws Declined for values that do not fit: the executor reports them. */
  variables(given: Record<string, unknown> | null | undefined): VariableValues {
    const { variableValues } = coercedVariables({ schema: this.#schema, variableValues: given }, this.#definition);
    if (!variableValues) throw new Declined('variables do not fit');
    return variableValues;
  }

  /**
   * The root fields of a mutation that these variables leave, by their names in the answer, each with what is asked of
   * its payload; and a name for that variant.
   */
  changes(variables: VariableValues): { variant: string; selections: Selections; fields: ReadonlyMap<string, Change> } {
    const variant = this.#variantOf(variables);
    return { variant, ...kept(this.#changes, variant, () => changesOf(this.#selections(variables))) };
  }

  /** The fields that these variables leave, with a name for that variant. */
  skeleton(variables: VariableValues): { variant: string; skeleton: Skeleton } {
    const switched = this.#variantOf(variables);
    const roots = kept(this.#roots, switched, () => rootsOf(this.#selections(variables)));
    const kinds = roots.nodes.map((site) => kindsOf(valuesAt(site, variables).args));
    const variant = `${switched}|${kinds.join('|')}`;
    return { variant, skeleton: kept(this.#skeletons, variant, () => skeletonOf(roots, kinds)) };
  }

  #variantOf(variables: VariableValues): string {
    return this.#switches.map((name) => (variables.coerced[name] === true ? '1' : '0')).join('');
  }

  #selections(variables: VariableValues): Selections {
    return new Selections(this.#schema, this.#definition, this.#fragments, variables);
  }
}

function kept<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known) return known;
  if (map.size >= mostVariants) map.clear();
  const made = make();
  map.set(key, made);
  return made;
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
