import { type ExecutionResult, GraphQLError } from 'graphql';

/** The answer to one root field: the JSON text of its data, null where an error took it. */
export interface FieldAnswer {
  data: string | null;
  errors?: ExecutionResult['errors'];
  /** Nothing was done, and the executor may answer what the plan could not. */
  again?: boolean;
  /** It was given before, to an earlier request with the same Idempotency-Key. */
  replayed?: boolean;
}

/** The answer to a field that failed before anything of it ran. */
export function failedField(error: unknown, responseKey: string): FieldAnswer {
  const message = error instanceof Error ? error.message : String(error);
  return { data: null, errors: [new GraphQLError(message, { path: [responseKey], originalError: error as Error })] };
}
