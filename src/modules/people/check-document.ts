import { GraphQLError, Kind, parse, validate } from 'graphql';
import { builtGraph } from '../../graphql/declare/built-graph.ts';
import { checkDocument } from '../../graphql/limits/document-limits.ts';
import { checkValidationCost } from '../../graphql/limits/validation-cost.ts';
import { AppError, badInput } from '../../lib/errors.ts';

const field = 'input.document';

/**
 * Throws BAD_INPUT unless the document is valid for the graph, within the limits of requests, and has an operation. The
 * message names the line and column.
 */
export function checkSavedDocument(text: string): void {
  try {
    checkValid(text);
  } catch (error) {
    if (error instanceof GraphQLError) throw badInput(withPlace(error), field);
    if (error instanceof AppError && error.code === 'TOO_COMPLEX') throw badInput(error.message, field);
    throw error;
  }
}

function checkValid(text: string): void {
  checkDocument(text);
  const document = parse(text);
  checkValidationCost(document);
  const [invalid] = validate(builtGraph(), document, undefined, { maxErrors: 1 });
  if (invalid) throw invalid;
  if (document.definitions.every(({ kind }) => kind !== Kind.OPERATION_DEFINITION))
    throw badInput('needs an operation', field);
}

function withPlace({ message, locations }: GraphQLError): string {
  const [place] = locations ?? [];
  return place ? `${message} (line ${place.line}, column ${place.column})` : message;
}
