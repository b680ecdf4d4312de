import { type ExecutionArgs, getVariableValues, type OperationDefinitionNode } from 'graphql';

type VariableSource = Pick<ExecutionArgs, 'schema' | 'variableValues' | 'hideSuggestions'>;
type Coerced = ReturnType<typeof getVariableValues>;

const known = new WeakMap<object, { operation: OperationDefinitionNode; coerced: Coerced }>();

/** The coerced variables of a request, or their errors; computed once per request. */
export function coercedVariables(
  { schema, variableValues, hideSuggestions }: VariableSource,
  operation: OperationDefinitionNode,
): Coerced {
  const before = variableValues && known.get(variableValues);
  if (before?.operation === operation) return before.coerced;
  const declared = operation.variableDefinitions ?? [];
  const coerced = getVariableValues(
    schema,
    declared,
    { ...variableValues },
    { hideSuggestions: hideSuggestions ?? false },
  );
  if (variableValues) known.set(variableValues, { operation, coerced });
  return coerced;
}
