import { AppError } from '../../lib/errors.ts';
import { longestRow } from './row.ts';

/** An object in one of the lists, or a text at the top of the document. */
export interface JsonText {
  line: number;
  /** The path of the list or text: keys joined by dots. */
  path: string;
  isElement: boolean;
  /** JSON; undefined if it is too long. */
  text: string | undefined;
}

interface Container {
  isArray: boolean;
  /** For an object: the latest key, and whether the next text is a key. */
  key: string;
  awaitsKey: boolean;
}

interface Capture {
  line: number;
  /** Number of open objects and lists inside; 0 for a text outside of elements. */
  depth: number;
  isElement: boolean;
  text: string | undefined;
}

/** The deepest nesting of objects and lists around the records. */
const deepest = 50;
const space = /\s/;

/**
 * Splits a JSON document that arrives in chunks into the objects of some of its lists. `wanted` contains the paths of
 * these lists (keys joined by dots); the empty path means that the document itself is the list. Only one object is in
 * memory at a time.
 */
export class JsonSplitter {
  readonly #wanted: ReadonlySet<string>;
  readonly #stack: Container[] = [];
  #capture: Capture | undefined;
  #line = 1;
  #inString = false;
  #escaped = false;
  #ended = false;
  #found = false;

  constructor(wanted: readonly string[]) {
    this.#wanted = new Set(wanted);
  }

  *split(piece: string): Generator<JsonText> {
    let from = 0;
    for (let at = 0; at < piece.length; at++) {
      const captured = this.#capture;
      const isLast = this.#read(piece[at]!);
      if (!captured && this.#capture) from = at;
      if (!this.#capture || !isLast) continue;
      this.#keep(piece.slice(from, at + 1));
      yield* this.#finish(this.#capture);
    }
    if (this.#capture) this.#keep(piece.slice(from));
  }

  /** Throws BAD_INPUT if the document is incomplete, or contains none of the lists. */
  end(): void {
    if (!this.#ended)
      throw this.#unreadable(this.#stack.length > 0 ? 'the document is cut off' : 'there is no document');
    if (this.#found) return;
    const lists = [...this.#wanted].map((path) => path || 'the top level').join(' or ');
    throw new AppError('BAD_INPUT', `The document has no list at ${lists}`, { field: 'file' });
  }

  /** Returns whether the current capture ends with this character. */
  #read(character: string): boolean {
    if (this.#inString) return this.#readText(character);
    if (character === '\n') this.#line++;
    if (character === '"') return this.#beginText();
    if (character === '{' || character === '[') return this.#open(character);
    if (character === '}' || character === ']') return this.#close(character);
    if (!this.#capture) this.#readBetween(character);
    return false;
  }

  #readText(character: string): boolean {
    if (this.#escaped) this.#escaped = false;
    else if (character === '\\') this.#escaped = true;
    else if (character === '"') {
      this.#inString = false;
      return this.#capture?.depth === 0;
    }
    return false;
  }

  #beginText(): false {
    if (this.#stack.length === 0) throw this.#notADocument();
    this.#inString = true;
    this.#capture ??= { line: this.#line, depth: 0, isElement: false, text: '' };
    return false;
  }

  #open(character: string): false {
    if (this.#capture) {
      this.#capture.depth++;
      return false;
    }
    if (this.#ended) throw this.#unreadable('more than one document; is the format json-lines?');
    const isArray = character === '[';
    const parent = this.#stack.at(-1);
    if (!isArray && parent?.isArray && this.#wanted.has(this.#path)) {
      this.#capture = { line: this.#line, depth: 1, isElement: true, text: '' };
      return false;
    }
    this.#stack.push({ isArray, key: '', awaitsKey: !isArray });
    if (this.#stack.length > deepest) throw this.#unreadable('nested too deeply');
    this.#found ||= isArray && this.#wanted.has(this.#path);
    return false;
  }

  #close(character: string): boolean {
    if (this.#capture) return --this.#capture.depth === 0;
    const closed = this.#stack.pop();
    if (closed?.isArray !== (character === ']')) throw this.#unreadable(`"${character}" closes nothing`);
    this.#ended = this.#stack.length === 0;
    return false;
  }

  #readBetween(character: string): void {
    const parent = this.#stack.at(-1);
    if (!parent && !space.test(character)) throw this.#notADocument();
    if (parent && character === ',') parent.awaitsKey = !parent.isArray;
    if (parent && character === ':') parent.awaitsKey = false;
  }

  *#finish({ line, isElement, text }: Capture): Generator<JsonText> {
    this.#capture = undefined;
    const parent = this.#stack.at(-1)!;
    if (isElement) yield { line, path: this.#path, isElement, text };
    else if (parent.awaitsKey) parent.key = text === undefined ? '' : this.#parse(text);
    else if (this.#stack.length === 1 && !parent.isArray) yield { line, path: parent.key, isElement, text };
  }

  #keep(text: string): void {
    const { text: before } = this.#capture!;
    const fits = before !== undefined && before.length + text.length <= longestRow;
    this.#capture!.text = fits ? before + text : undefined;
  }

  #parse(text: string): string {
    try {
      return JSON.parse(text) as string;
    } catch {
      throw this.#unreadable(`${text} is not a JSON text`);
    }
  }

  /** The path of the current place: the keys of the enclosing objects. */
  get #path(): string {
    return this.#stack.flatMap(({ isArray, key }) => (isArray ? [] : [key])).join('.');
  }

  #notADocument(): AppError {
    return this.#unreadable(this.#ended ? 'there is text after the document' : 'this is not a JSON document');
  }

  #unreadable(reason: string): AppError {
    return new AppError('BAD_INPUT', `line ${this.#line}: ${reason}`, { field: 'file' });
  }
}
