import {
  type DocumentNode,
  type ExecutionArgs,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from '../fragments.ts';

const rootFieldNames = new WeakMap<OperationDefinitionNode, string[]>();

function rootFields(args: ExecutionArgs): string[] {
  const operation = getOperationAST(args.document, args.operationName);
  if (!operation) return [];
  const names = rootFieldNames.get(operation) ?? rootFieldsOf(args.document, operation);
  rootFieldNames.set(operation, names);
  return names;
}

function rootFieldsOf(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  const fragments = fragmentsOf(document);
  const walk = (set: SelectionSetNode): string[] =>
    set.selections.flatMap((node) => {
      if (node.kind === Kind.FIELD) return [node.name.value];
      if (node.kind === Kind.INLINE_FRAGMENT) return walk(node.selectionSet);
      return walk(fragments.get(node.name.value)!.selectionSet);
    });
  return walk(operation.selectionSet);
}

const isIntrospection = (name: string): boolean => name === '__schema' || name === '__type';

/** Whether the operation selects an introspection field. */
export const introspects = (args: ExecutionArgs): boolean => rootFields(args).some(isIntrospection);

/** Whether the operation selects only introspection fields. */
export const onlyIntrospects = (args: ExecutionArgs): boolean =>
  rootFields(args).every((name) => isIntrospection(name) || name === '__typename');
