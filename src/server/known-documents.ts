import type { DocumentNode } from 'graphql';
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

/** Documents that need not be parsed and validated again, by their text. */
export class KnownDocuments {
  readonly #documents = byDocument<KnownDocument>();

  get(text: string): KnownDocument | undefined {
    return this.#documents.get(text);
  }

  add(text: string, document: DocumentNode): void {
    if (this.#documents.get(text)?.document === document) return;
    this.#documents.set(text, { document, answered: 0, declined: 0 });
  }
}
