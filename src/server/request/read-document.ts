import { type DocumentNode, type GraphQLSchema, parse, validate } from 'graphql';
import { hideSchema } from '../../graphql/execute/hide-schema.ts';
import { checkDocument } from '../../graphql/limits/document-limits.ts';
import { checkValidationCost } from '../../graphql/limits/validation-cost.ts';
import type { KnownDocuments } from '../known-documents.ts';
import type { Turns } from './turns.ts';

export interface ReadDocumentOptions {
  schema: GraphQLSchema;
  known: KnownDocuments;
  turns: Turns;
  /** Whether errors may name parts of the schema that the document does not contain. */
  openIntrospection: boolean;
}

/**
 * The parsed and validated document, in the turn of the caller unless it is known. Throws TOO_COMPLEX, and the first
 * error of graphql-js.
 */
export async function readDocument(
  text: string,
  caller: string,
  { schema, known, turns, openIntrospection }: ReadDocumentOptions,
): Promise<DocumentNode> {
  const before = known.get(text);
  if (before) return before.document;
  await turns.take(caller);
  checkDocument(text);
  const document = parse(text);
  checkValidationCost(document);
  const [error] = validate(schema, document, undefined, { maxErrors: 1, hideSuggestions: !openIntrospection });
  if (!error) return document;
  throw openIntrospection ? error : hideSchema(error, () => text);
}
