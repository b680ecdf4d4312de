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

/** The total length of registered documents that are cached: ad hoc documents do not push them out. */
const registeredCharacters = 2_000_000;

/** A cache of parsed and validated documents, by their text. */
export class KnownDocuments {
  readonly #documents = byDocument<KnownDocument>();
  readonly #registered = new Lru<KnownDocument>(registeredCharacters, ({ length }) => length + leastCharacters);

  get(text: string): KnownDocument | undefined {
    return this.#documents.get(text) ?? this.#registered.get(text);
  }

  add(text: string, document: DocumentNode, { registered = false } = {}): void {
    const known = this.get(text);
    if (known && (registered || known.document === document)) return;
    (registered ? this.#registered : this.#documents).set(text, { document, answered: 0, declined: 0 });
  }
}
