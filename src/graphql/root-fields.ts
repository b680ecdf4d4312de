import {
  type DefinitionNode,
  type ExecutionArgs,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type VariableValues,
} from 'graphql';
import type { Fragments } from './fragments.ts';

export const selectionsUnder = (node: SelectionNode, fragments: Fragments): SelectionSetNode | undefined =>
  node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value)?.selectionSet : node.selectionSet;

/** Whether a field or fragment is included according to `@skip` and `@include`. */
export function isIncluded(node: SelectionNode, variables: VariableValues | undefined): boolean {
  if (!node.directives?.length) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variables) as { if?: boolean } | undefined;
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variables) as { if?: boolean } | undefined;
  return skip?.if !== true && include?.if !== false;
}

/** The response keys of the root fields, in order of execution. */
export function responseKeys(
  set: SelectionSetNode,
  fragments: Fragments,
  variables: VariableValues | undefined,
): Set<string> {
  const keys = new Set<string>();
  for (const node of set.selections) {
    if (!isIncluded(node, variables)) continue;
    if (node.kind === Kind.FIELD) keys.add(node.alias?.value ?? node.name.value);
    else for (const key of responseKeys(selectionsUnder(node, fragments)!, fragments, variables)) keys.add(key);
  }
  return keys;
}

/**
 * The request restricted to the root fields with these response keys. Fields keep their positions in the document,
 * which errors refer to.
 */
export function onlyFields(
  args: ExecutionArgs,
  operation: OperationDefinitionNode,
  keys: ReadonlySet<string>,
): ExecutionArgs {
  const root = args.schema.getRootType(operation.operation)?.name;
  // Fields of the root type occur only at the root
  const isOfRoot = (d: DefinitionNode) => d.kind === Kind.FRAGMENT_DEFINITION && d.typeCondition.name.value === root;
  const definitions = args.document.definitions.map((d) =>
    d === operation || isOfRoot(d) ? withOnly(d as OperationDefinitionNode | FragmentDefinitionNode, keys) : d,
  );
  return { ...args, document: { ...args.document, definitions } };
}

/** The node with only these root fields. Fragment spreads stay, so that their directives and type conditions apply. */
function withOnly<Node extends { selectionSet: SelectionSetNode }>(node: Node, keys: ReadonlySet<string>): Node {
  const selections = node.selectionSet.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return [withOnly(selection, keys)];
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
    return keys.has(selection.alias?.value ?? selection.name.value) ? [selection] : [];
  });
  return { ...node, selectionSet: { ...node.selectionSet, selections } };
}
