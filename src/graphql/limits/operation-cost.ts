import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type VariableValues,
} from 'graphql';
import { type Fragments, fragmentsOf } from '../fragments.ts';

/** The cost of an operation. Its complexity depends on the page sizes, which may be variables. */
export interface OperationCost {
  depth: number;
  breadth: number;
  /** The part of the complexity that the page size of the connection above does not multiply. */
  allPages(variables: VariableValues): number;
  /** The part of the complexity that counts for each group of the aggregate above, not for each hundred. */
  eachGroup(variables: VariableValues): number;
  /** Takes time proportional to `breadth`, so check `breadth` first. */
  complexity(variables: VariableValues): number;
}

/** The extension that Pothos' complexity plugin adds to a field, with the number of groups of an aggregate. */
type Declared = { field?: number; multiplier?: number; groups?: number };
type Declaration = number | Declared | ((args: Record<string, unknown>) => number | Declared);

const listMultiplier = 10;
const sizes = new Set(['first', 'last', 'ids']);

const zero = (): number => 0;
const nothing: OperationCost = { depth: 0, breadth: 0, complexity: zero, allPages: zero, eachGroup: zero };

/**
 * Computes the cost of an operation from the declarations of its fields, as the complexity plugin does, but only once
 * per operation: each request then only inserts its page sizes. If it is `executed` without a compiled statement, every
 * value of a group is resolved, and groups do not count by the hundred.
 */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  executed = false,
): OperationCost {
  return new CostReader(schema, fragmentsOf(document), executed).ofSet(
    operation.selectionSet,
    schema.getRootType(operation.operation)!,
  );
}

class CostReader {
  readonly #schema: GraphQLSchema;
  readonly #fragments: Fragments;
  readonly #executed: boolean;
  readonly #known = new Map<SelectionSetNode, Map<GraphQLNamedType, OperationCost>>();

  constructor(schema: GraphQLSchema, fragments: Fragments, executed: boolean) {
    this.#schema = schema;
    this.#fragments = fragments;
    this.#executed = executed;
  }

  /** Memoized, so that a fragment that is spread many times is visited once for each type. */
  ofSet(set: SelectionSetNode, type: GraphQLNamedType): OperationCost {
    const ofSet = this.#known.get(set) ?? new Map<GraphQLNamedType, OperationCost>();
    this.#known.set(set, ofSet);
    const cost = ofSet.get(type) ?? sum(set.selections.map((node) => this.#ofSelection(node, type)));
    ofSet.set(type, cost);
    return cost;
  }

  #ofSelection(node: SelectionSetNode['selections'][number], type: GraphQLNamedType): OperationCost {
    if (node.kind === Kind.FIELD) return this.#ofField(node, type);
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? this.#fragments.get(node.name.value)! : node;
    const condition = fragment.typeCondition;
    return this.ofSet(fragment.selectionSet, condition ? this.#schema.getType(condition.name.value)! : type);
  }

  #ofField(node: FieldNode, type: GraphQLNamedType): OperationCost {
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
    const under = field && node.selectionSet ? this.ofSet(node.selectionSet, getNamedType(field.type)) : nothing;
    const declared = field ? declaredBy(field, node) : constant({});
    const multiplier = field && isListType(getNullableType(field.type)) ? listMultiplier : 1;
    const groupsMany = Boolean(field?.extensions.chantierAggregate);
    const complexity = (variables: VariableValues): number => {
      const { field: own = 1, multiplier: times = multiplier, groups = 0 } = declared(variables);
      const pages = under.complexity(variables) * Math.max(this.#executed && groupsMany ? groups : times, 0);
      const perGroup = groupsMany ? under.eachGroup(variables) * groups : 0;
      return own + pages + perGroup + under.allPages(variables);
    };
    const size = { depth: 1 + under.depth, breadth: 1 + under.breadth };
    const eachGroup = groupsMany ? zero : under.eachGroup;
    // An aggregate of a connection is computed once, also for an empty page
    if (field?.extensions.chantierAllPages) return { ...size, complexity: zero, allPages: complexity, eachGroup };
    if (field?.extensions.chantierEachGroup)
      return { ...size, complexity: zero, allPages: zero, eachGroup: complexity };
    return { ...size, complexity, allPages: zero, eachGroup };
  }
}

/** The declared cost of a field with the arguments of the document. */
function declaredBy(field: GraphQLField<unknown, unknown>, node: FieldNode): (variables: VariableValues) => Declared {
  const declaration = field.extensions.complexity as Declaration | undefined;
  if (typeof declaration !== 'function') return constant(asDeclared(declaration));
  if (!field.args.some(({ name }) => sizes.has(name))) return constant(asDeclared(declaration({})));
  return (variables) => asDeclared(declaration(getArgumentValues(field, node, variables)));
}

const constant = (declared: Declared) => (): Declared => declared;

const asDeclared = (declared: number | Declared | undefined): Declared =>
  typeof declared === 'number' ? { field: declared } : (declared ?? {});

const sum = (costs: readonly OperationCost[]): OperationCost => ({
  depth: costs.reduce((most, { depth }) => Math.max(most, depth), 0),
  breadth: costs.reduce((total, { breadth }) => total + breadth, 0),
  complexity: (variables) => costs.reduce((total, { complexity }) => total + complexity(variables), 0),
  allPages: (variables) => costs.reduce((total, { allPages }) => total + allPages(variables), 0),
  eachGroup: (variables) => costs.reduce((total, { eachGroup }) => total + eachGroup(variables), 0),
});
