import type { DocumentNode, ExecutionResult } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { Lru } from '../lib/lru.ts';

/** A document that was found valid, and how often a plan answered it or could not. */
export interface KnownDocument {
  readonly document: DocumentNode;
  answered: number;
  declined: number;
}

/** How much text of documents is kept: a parsed one takes about 80 bytes for each of its characters. */
const keptCharacters = 500_000;
/** What the smallest takes, with all that is known of it, as if it were text. */
const leastCharacters = 100;

/** Keeps what was made of the latest documents, bounded by their length together: strangers choose what is sent. */
export const byDocument = <Made>(): Lru<Made> => new Lru(keptCharacters, ({ length }) => length + leastCharacters);

/** Documents that need not be parsed and validated again, by their text; and what a first attempt at a request leaves. */
export class KnownDocuments {
  readonly #documents = byDocument<KnownDocument>();
  readonly #bodies = new WeakMap<object, Uint8Array>();
  readonly #contexts = new WeakMap<object, Context>();
  readonly #results = new WeakMap<object, ExecutionResult>();

  get(text: string): KnownDocument | undefined {
    return this.#documents.get(text);
  }

  add(text: string, document: DocumentNode): void {
    if (this.#documents.get(text)?.document === document) return;
    this.#documents.set(text, { document, answered: 0, declined: 0 });
  }

  /** Leaves the body of a request, which has been read, to whoever answers it after all. */
  leaveBody(request: object, body: Uint8Array): void {
    this.#bodies.set(request, body);
  }

  takeBody(request: object): Uint8Array | undefined {
    return this.#bodies.get(request);
  }

  /** Leaves a context whose session has failed to whoever answers the request after all: it fails of the same. */
  leaveContext(request: object, context: Context): void {
    this.#contexts.set(request, context);
  }

  takeContext(request: object): Context | undefined {
    return this.#contexts.get(request);
  }

  /** Leaves what a request's changes came to, so that they are not made again by whoever tells of their errors. */
  leaveResult(request: object, result: ExecutionResult): void {
    this.#results.set(request, result);
  }

  takeResult(request: object): ExecutionResult | undefined {
    return this.#results.get(request);
  }
}
