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

/** Whether `@skip` and `@include` leave a field or fragment in. */
export function isIncluded(node: SelectionNode, variables: VariableValues | undefined): boolean {
  if (!node.directives?.length) return true;
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variables) as { if?: boolean } | undefined;
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variables) as { if?: boolean } | undefined;
  return skip?.if !== true && include?.if !== false;
}

/** The names of the root fields in the answer, in the order in which they run. */
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
 * The request as if it asked for these root fields alone, by their names in the answer. Fields keep their places in the
 * document, which errors tell.
 */
export function onlyFields(
  args: ExecutionArgs,
  operation: OperationDefinitionNode,
  keys: ReadonlySet<string>,
): ExecutionArgs {
  const root = args.schema.getRootType(operation.operation)?.name;
  // Fields of the root type stand nowhere but at the root
  const isOfRoot = (d: DefinitionNode) => d.kind === Kind.FRAGMENT_DEFINITION && d.typeCondition.name.value === root;
  const definitions = args.document.definitions.map((d) =>
    d === operation || isOfRoot(d) ? withOnly(d as OperationDefinitionNode | FragmentDefinitionNode, keys) : d,
  );
  return { ...args, document: { ...args.document, definitions } };
}

/** The same with the root fields of these names alone; fragments stay, so that their directives and conditions hold. */
function withOnly<Node extends { selectionSet: SelectionSetNode }>(node: Node, keys: ReadonlySet<string>): Node {
  const selections = node.selectionSet.selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return [withOnly(selection, keys)];
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
    return keys.has(selection.alias?.value ?? selection.name.value) ? [selection] : [];
  });
  return { ...node, selectionSet: { ...node.selectionSet, selections } };
}
