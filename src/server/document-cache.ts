/** Keeps what was made of the latest documents, bounded by their length together: strangers choose what is sent. */
export class DocumentCache<T> {
  readonly #maxCharacters: number;
  readonly #entries = new Map<string, T>();
  #characters = 0;

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  get(text: string): T | undefined {
    const known = this.#entries.get(text);
    if (known === undefined) return undefined;
    this.#entries.delete(text);
    this.#entries.set(text, known);
    return known;
  }

  set(text: string, made: T): void {
    if (this.#entries.delete(text)) this.#characters -= text.length;
    this.#entries.set(text, made);
    this.#characters += text.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#characters <= this.#maxCharacters) return;
      this.#entries.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}
