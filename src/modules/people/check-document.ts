import { setImmediate as nextTurn } from 'node:timers/promises';
import { GraphQLError, Kind, parse, validate } from 'graphql';
import { builtGraph } from '../../graphql/declare/built-graph.ts';
import { checkDocument } from '../../graphql/limits/document-limits.ts';
import { checkValidationCost } from '../../graphql/limits/validation-cost.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { Lru } from '../../lib/lru.ts';

const field = 'input.document';

/** Texts that were found to be valid; in characters. */
const valid = new Lru<true>(1_000_000, (text) => text.length);

/**
 * Throws BAD_INPUT unless the document is valid for the graph and has an operation. The message names the line and
 * column. Whether it costs too much is found out when it is sent, since that depends on its variables. Others get a
 * turn before each validation.
 */
export async function checkSavedDocument(text: string): Promise<void> {
  if (valid.get(text)) return;
  await nextTurn();
  try {
    checkValid(text);
    valid.set(text, true);
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
