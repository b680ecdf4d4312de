import { type ExecutionArgs, getOperationAST, Kind, type SelectionSetNode } from 'graphql';

function rootFields(args: ExecutionArgs): string[] {
  const operation = getOperationAST(args.document, args.operationName);
  if (!operation) return [];
  const fragments = new Map(
    args.document.definitions.flatMap((d) => (d.kind === Kind.FRAGMENT_DEFINITION ? [[d.name.value, d] as const] : [])),
  );
  const walk = (set: SelectionSetNode): string[] =>
    set.selections.flatMap((node) => {
      if (node.kind === Kind.FIELD) return [node.name.value];
      if (node.kind === Kind.INLINE_FRAGMENT) return walk(node.selectionSet);
      return walk(fragments.get(node.name.value)!.selectionSet);
    });
  return walk(operation.selectionSet);
}

const isIntrospection = (name: string): boolean => name === '__schema' || name === '__type';

/** Whether the operation reads the schema. */
export const introspects = (args: ExecutionArgs): boolean => rootFields(args).some(isIntrospection);

/** Whether it reads nothing else. */
export const onlyIntrospects = (args: ExecutionArgs): boolean =>
  rootFields(args).every((name) => isIntrospection(name) || name === '__typename');
