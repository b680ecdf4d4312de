/** Numbers for sets of words: Set objects with the same words in the same order share a number. */
export class Ids {
  readonly #ofText = new Map<string, number>();
  readonly #ofSet = new WeakMap<ReadonlySet<string>, Map<string, number>>();

  /** The number of a set together with a word, such as permissions with a role. */
  of(words: ReadonlySet<string>, word = ''): number {
    let known = this.#ofSet.get(words);
    if (!known) {
      known = new Map();
      this.#ofSet.set(words, known);
    }
    let id = known.get(word);
    if (id === undefined) {
      id = this.#ofTextOf(`${word}:${[...words].join(',')}`);
      known.set(word, id);
    }
    return id;
  }

  #ofTextOf(text: string): number {
    const id = this.#ofText.get(text) ?? this.#ofText.size;
    this.#ofText.set(text, id);
    return id;
  }
}
