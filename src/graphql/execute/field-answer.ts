import { type ExecutionResult, GraphQLError } from 'graphql';

/** The answer to one root field. `data` is JSON text, or null after an error. */
export interface FieldAnswer {
  data: string | null;
  errors?: ExecutionResult['errors'];
  /** True if nothing was changed and the executor must answer instead of the plan. */
  again?: boolean;
  /** Whether it is the stored answer of an earlier request with the same Idempotency-Key. */
  replayed?: boolean;
}

/** The answer to a field that failed outside its resolvers, such as at the COMMIT. */
export function failedField(error: unknown, responseKey: string): FieldAnswer {
  const message = error instanceof Error ? error.message : String(error);
  return { data: null, errors: [new GraphQLError(message, { path: [responseKey], originalError: error as Error })] };
}
