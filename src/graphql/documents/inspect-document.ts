import { type DocumentNode, type GraphQLSchema, Kind, parse, validate } from 'graphql';
import { AppError } from '../../lib/errors.ts';
import type { GraphLimits } from '../limits/complexity.ts';
import { checkCost } from '../limits/cost.ts';
import { checkDocument } from '../limits/document-limits.ts';
import { checkValidationCost } from '../limits/validation-cost.ts';
import { coordinatesOf } from './coordinates.ts';

export interface InspectedDocument {
  document: DocumentNode;
  /** The names of its operations; none for a single operation without a name. */
  operations: string[];
  coordinates: string[];
}

const mostErrors = 20;

/**
 * Makes the checks of a request with this document: its size, its validity for the graph, and its cost without
 * variables. Throws TOO_COMPLEX, and the errors of graphql-js.
 */
export function inspectDocument(schema: GraphQLSchema, text: string, limits: GraphLimits): InspectedDocument {
  checkDocument(text);
  const document = parse(text);
  checkValidationCost(document);
  const [invalid] = validate(schema, document, undefined, { maxErrors: mostErrors });
  if (invalid) throw invalid;
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const names = operations.flatMap((definition) => ('name' in definition && definition.name?.value) || []);
  for (const operationName of names.length ? names : [undefined]) checkPrice(schema, document, operationName, limits);
  return { document, operations: names, coordinates: coordinatesOf(schema, document) };
}

function checkPrice(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  limits: GraphLimits,
) {
  try {
    checkCost({ schema, document, operationName, variableValues: {} }, limits);
  } catch (error) {
    // A required variable is missing here: the cost of each request depends on its value, and is checked then
    if (error instanceof AppError) throw error;
  }
}
