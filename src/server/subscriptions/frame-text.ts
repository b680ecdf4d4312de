import type { ExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';

const texts = new WeakMap<object, string>();

/** A frame as JSON, without what its errors say for HTTP; made once for all followers who share the frame. */
export function frameText(result: ExecutionResult): string {
  const known = texts.get(result);
  if (known !== undefined) return known;
  const made = JSON.stringify(sentResult(result));
  texts.set(result, made);
  return made;
}

/** What a client gets of a result. */
export const sentResult = ({ errors, ...result }: ExecutionResult): ExecutionResult =>
  ({ ...result, ...(errors && { errors: errors.map(formatted) }) }) as ExecutionResult;

/** An error for the client, without what is meant for HTTP. */
export function formatted(error: GraphQLError | GraphQLFormattedError): GraphQLFormattedError {
  const { extensions, ...rest } = 'toJSON' in error ? error.toJSON() : error;
  const { http: _, ...others } = extensions ?? {};
  return { ...rest, extensions: others };
}
