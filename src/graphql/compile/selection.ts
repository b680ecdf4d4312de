import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeNameMetaFieldDef,
  typeFromAST,
  type VariableValues,
} from 'graphql';
import { Declined } from '../../access/decline.ts';
import type { Fragments } from '../fragments.ts';
import { isIncluded } from '../root-fields.ts';

/** One field of an answer. Places of the document that ask for it under the same response name are merged. */
export interface Selected {
  /** Its response name. */
  key: string;
  field: GraphQLField<unknown, unknown>;
  parent: GraphQLObjectType;
  /** Arguments are read from the first: in a valid document all have the same. */
  nodes: FieldNode[];
}

/** The selections of an operation, for given values of `@skip` and `@include`. */
export class Selections {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly #fragments: Fragments;
  readonly #variables: VariableValues;

  constructor(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    fragments: Fragments,
    variables: VariableValues,
  ) {
    this.schema = schema;
    this.operation = operation;
    this.#fragments = fragments;
    this.#variables = variables;
  }

  root(type: GraphQLObjectType): Selected[] {
    return this.#collect(type, [this.operation.selectionSet]);
  }

  /** The fields selected on an object of this type, in the order of the answer. */
  under({ nodes }: Pick<Selected, 'nodes'>, type: GraphQLObjectType): Selected[] {
    return this.#collect(
      type,
      nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    );
  }

  #collect(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Selected[] {
    const found = new Map<string, Selected>();
    const visited = new Set<string>();
    for (const set of sets) for (const node of set.selections) this.#visit(type, node, found, visited);
    return [...found.values()];
  }

  #visit(type: GraphQLObjectType, node: SelectionNode, found: Map<string, Selected>, visited: Set<string>): void {
    if (!this.#included(node)) return;
    if (node.kind === Kind.FIELD) {
      addField(type, node, found);
      return;
    }
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.#fragments.get(node.name.value);
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      if (visited.has(node.name.value)) return;
      visited.add(node.name.value);
    }
    if (!fragment || !this.#applies(fragment.typeCondition?.name.value, type)) return;
    for (const inner of fragment.selectionSet.selections) this.#visit(type, inner, found, visited);
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditional = typeFromAST(this.schema, {
      kind: Kind.NAMED_TYPE,
      name: { kind: Kind.NAME, value: condition },
    });
    return isAbstractType(conditional) && this.schema.isSubType(conditional, type);
  }

  #included(node: SelectionNode): boolean {
    for (const { name } of node.directives ?? []) {
      if (name.value !== 'skip' && name.value !== 'include') throw new Declined(`@${name.value} cannot be compiled`);
    }
    return isIncluded(node, this.#variables);
  }
}

function addField(type: GraphQLObjectType, node: FieldNode, found: Map<string, Selected>): void {
  const key = node.alias?.value ?? node.name.value;
  const known = found.get(key);
  if (known) {
    known.nodes.push(node);
    return;
  }
  const field = node.name.value === '__typename' ? TypeNameMetaFieldDef : type.getFields()[node.name.value];
  if (!field) throw new Declined('is not a field of this type', `${type.name}.${node.name.value}`);
  if (key.startsWith('__') && key !== '__typename') throw new Declined('has a reserved response name', key);
  found.set(key, { key, field, parent: type, nodes: [node] });
}

export const isTypename = ({ field }: Selected): boolean => field.name === '__typename';

/** The name of a field in errors and plans. */
export const coordinateOf = ({ parent, field }: Pick<Selected, 'parent' | 'field'>): string =>
  `${parent.name}.${field.name}`;
