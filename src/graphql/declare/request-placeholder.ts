import { Placeholder } from 'drizzle-orm';

/** The values that a request supplies to a compiled statement; only the compiler knows their type. */
export type Supply = object;

/**
 * A placeholder for a parameter whose value each request supplies later. Filters and page queries accept it like a
 * value; drizzle writes it as a parameter.
 */
export class RequestPlaceholder<From extends Supply = Supply> extends Placeholder {
  readonly read: (from: From) => unknown;
  /**
   * Placeholders for converted values. Every conversion must run, even if its value does not become a parameter,
   * because it may reject the value.
   */
  readonly derived: RequestPlaceholder<From>[] = [];

  constructor(read: (from: From) => unknown) {
    super('request');
    this.read = read;
  }
}

/**
 * Converts a value before it becomes a parameter: immediately, or, for a placeholder, when a request supplies the
 * value.
 */
export function prepared(value: unknown, prepare: (value: unknown) => unknown): unknown {
  if (!(value instanceof RequestPlaceholder)) return prepare(value);
  const derived = new RequestPlaceholder((from) => prepare(value.read(from)));
  value.derived.push(derived);
  return derived;
}
