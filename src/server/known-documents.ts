import type { DocumentNode } from 'graphql';
import { Lru } from '../lib/lru.ts';

/** A valid document, and how often a plan answered or declined it. */
export interface KnownDocument {
  readonly document: DocumentNode;
  answered: number;
  declined: number;
}

/** The total length of the cached documents: a parsed one takes about 80 bytes for each character. */
const keptCharacters = 500_000;
/** Added to each length for the fixed size of an entry. */
const leastCharacters = 100;

/** A cache by document text, bounded by the total length: anybody can send documents. */
export const byDocument = <Made>(): Lru<Made> => new Lru(keptCharacters, ({ length }) => length + leastCharacters);

/** A cache of parsed and validated documents, by their text. */
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
