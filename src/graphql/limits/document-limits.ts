import { Lexer, Source, TokenKind } from 'graphql';
import { AppError } from '../../lib/errors.ts';
import { isPlainObject } from '../../lib/plain-object.ts';

/** Bounds on the text of a document, so that it is parsed in milliseconds and without overflowing the stack. */
export interface DocumentLimits {
  tokens: number;
  /** Operations and fragments. */
  definitions: number;
  /** Levels of selections. */
  selections: number;
  /** Levels of lists and objects written as arguments, or sent in a variable. */
  values: number;
}

export const documentLimits: DocumentLimits = {
  tokens: 10_000,
  definitions: 500,
  selections: 200,
  values: 32,
};

const opening = new Set<TokenKind>([TokenKind.BRACE_L, TokenKind.BRACKET_L]);
const closing = new Set<TokenKind>([TokenKind.BRACE_R, TokenKind.BRACKET_R]);

const tooComplex = (message: string): AppError => new AppError('TOO_COMPLEX', message);

const refuse = (what: string, limit: number): never => {
  throw tooComplex(`The document has ${what}; at most ${limit} are allowed`);
};

/**
 * Checks a document token by token, before any recursive code reads it. Throws TOO_COMPLEX beyond the limits, and a
 * GraphQLError for an invalid token.
 */
export function checkDocument(text: string, limits: DocumentLimits = documentLimits): void {
  const lexer = new Lexer(new Source(text));
  let tokens = 0;
  let definitions = 0;
  let selections = 0;
  let values = 0;
  let inArguments = 0;
  for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
    if (++tokens > limits.tokens) refuse('too many tokens: put values into variables', limits.tokens);
    if (kind === TokenKind.PAREN_L) inArguments++;
    else if (kind === TokenKind.PAREN_R) inArguments--;
    else if (inArguments > 0) {
      if (opening.has(kind) && ++values > limits.values) refuse('too many levels in a value', limits.values);
      if (closing.has(kind)) values--;
    } else if (opening.has(kind)) {
      if (selections === 0 && ++definitions > limits.definitions) refuse('too many definitions', limits.definitions);
      if (++selections > limits.selections) refuse('too many levels', limits.selections);
    } else if (closing.has(kind)) selections--;
  }
}

/** All lists and objects in a value with their level, found without recursion. */
function* partsOf(value: unknown): Generator<{ part: object; level: number }> {
  const open = [{ part: value, level: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { part, level } = next;
    if (!Array.isArray(part) && !isPlainObject(part)) continue;
    yield { part, level };
    for (const inner of Object.values(part)) open.push({ part: inner, level: level + 1 });
  }
}

/** Throws TOO_COMPLEX when the lists and objects of a variable are nested too deeply. */
export function checkVariables(variables: unknown, limits: DocumentLimits = documentLimits): void {
  for (const { level } of partsOf(variables)) {
    if (level > limits.values) throw tooComplex(`A variable has too many levels; at most ${limits.values} are allowed`);
  }
}
