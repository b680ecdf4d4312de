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
 * Checks a document as a request with it would: its size, its fit to the graph, and its cost as far as that does not
 * depend on variables. Throws TOO_COMPLEX, and the errors of graphql-js.
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
    // Variables that are required but absent decide the cost of each request
    if (error instanceof AppError) throw error;
  }
}
