import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type VariableDefinitionNode,
} from 'graphql';

/** The variable that holds the cursor; a document cannot have one of this name, because names begin with a letter. */
export const cursorVariable = '__after';

/** The first query has the arguments of the subscription, the next ones go on after a cursor. */
type Turn = 'first' | 'next';

const queries: Readonly<Record<Turn, WeakMap<OperationDefinitionNode, DocumentNode>>> = {
  first: new WeakMap(),
  next: new WeakMap(),
};

/**
 * The query that a subscription to `changes` runs again and again: the same field and selection of the query root,
 * after a cursor that the server supplies.
 */
export function asQuery(document: DocumentNode, operation: OperationDefinitionNode, turn: Turn): DocumentNode {
  const known = queries[turn].get(operation);
  if (known) return known;
  const query = turn === 'next' ? followingCursor(operation) : operation;
  const made = {
    ...document,
    definitions: document.definitions.map((definition) =>
      definition === operation ? { ...query, operation: OperationTypeNode.QUERY } : definition,
    ),
  };
  queries[turn].set(operation, made);
  return made;
}

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;
const variable = { kind: Kind.VARIABLE, name: name(cursorVariable) } as const;

function followingCursor(operation: OperationDefinitionNode): OperationDefinitionNode {
  const definition: VariableDefinitionNode = {
    kind: Kind.VARIABLE_DEFINITION,
    variable,
    type: { kind: Kind.NAMED_TYPE, name: name('String') },
  };
  return {
    ...operation,
    variableDefinitions: [...(operation.variableDefinitions ?? []), definition],
    selectionSet: {
      ...operation.selectionSet,
      selections: operation.selectionSet.selections.map((selection) =>
        selection.kind === Kind.FIELD ? afterCursor(selection) : selection,
      ),
    },
  };
}

function afterCursor(field: FieldNode): FieldNode {
  const after: ArgumentNode = { kind: Kind.ARGUMENT, name: name('after'), value: variable };
  return { ...field, arguments: [...(field.arguments ?? []).filter((each) => each.name.value !== 'after'), after] };
}
