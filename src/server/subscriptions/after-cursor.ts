import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';

/** The variable that holds the cursor; a document cannot have one of this name, because names begin with a letter. */
export const cursorVariable = '__after';

interface Following {
  document: DocumentNode;
  /** The variables of the client that it still uses. */
  variables: ReadonlySet<string>;
}

const known = new WeakMap<OperationDefinitionNode, Following>();

/**
 * The subscription with a cursor that the server supplies as `after`: what is read for its second and later frames. A
 * variable for the client's own `after` is not part of it, so that frames do not depend on where a client began.
 */
export function afterCursor(document: DocumentNode, operation: OperationDefinitionNode): Following {
  const before = known.get(operation);
  if (before) return before;
  const following = withVariable(operation);
  const replaced = (by: OperationDefinitionNode): DocumentNode => ({
    ...document,
    definitions: document.definitions.map((definition) => (definition === operation ? by : definition)),
  });
  const used = variablesIn(replaced(following));
  const isUsed = ({ variable: { name: of } }: VariableDefinitionNode) => used.has(of.value);
  const variableDefinitions = following.variableDefinitions!.filter(isUsed);
  const made = { document: replaced({ ...following, variableDefinitions }), variables: used };
  known.set(operation, made);
  return made;
}

/** The names of the variables that are used outside their definitions. */
function variablesIn(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name: of }) => void names.add(of.value),
  });
  return names;
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
