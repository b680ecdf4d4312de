import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';

/** The variable that holds the cursor; a document cannot have one of this name, because names begin with a letter. */
export const cursorVariable = '__after';

const known = new WeakMap<OperationDefinitionNode, DocumentNode>();

/** The subscription with a cursor that the server supplies as `after`: what is read for its second and later frames. */
export function afterCursor(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const before = known.get(operation);
  if (before) return before;
  const following = withVariable(operation);
  const definitions = document.definitions.map((definition) => (definition === operation ? following : definition));
  const made = { ...document, definitions };
  known.set(operation, made);
  return made;
}

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;
const variable = { kind: Kind.VARIABLE, name: name(cursorVariable) } as const;

function withVariable(operation: OperationDefinitionNode): OperationDefinitionNode {
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
        selection.kind === Kind.FIELD ? withCursor(selection) : selection,
      ),
    },
  };
}

function withCursor(field: FieldNode): FieldNode {
  const after: ArgumentNode = { kind: Kind.ARGUMENT, name: name('after'), value: variable };
  return { ...field, arguments: [...(field.arguments ?? []).filter((each) => each.name.value !== 'after'), after] };
}
