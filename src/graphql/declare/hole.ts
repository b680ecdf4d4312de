import { Placeholder } from 'drizzle-orm';

/** What a request brings to a compiled statement; the compiler alone knows what is in it. */
export type Supply = object;

/**
 * A value that is not known yet: the place of a parameter in a statement that is compiled before any request brings
 * one. Filters and page queries take it where they take a value; drizzle writes it as a parameter.
 */
export class Hole<From extends Supply = Supply> extends Placeholder {
  readonly read: (from: From) => unknown;
  /** What the value was prepared into: each may refuse it, whether or not it becomes a parameter. */
  readonly derived: Hole<From>[] = [];

  constructor(read: (from: From) => unknown) {
    super('hole');
    this.read = read;
  }
}

/** What is done to a value before it becomes a parameter: now, or when the request brings it. */
export function prepared(value: unknown, prepare: (value: unknown) => unknown): unknown {
  if (!(value instanceof Hole)) return prepare(value);
  const derived = new Hole((from) => prepare(value.read(from)));
  value.derived.push(derived);
  return derived;
}
