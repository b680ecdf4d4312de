import type { z } from 'zod';
import { AppError, type Issue } from './errors.ts';
import { plainMessage } from './plain-message.ts';

interface ForeignIssue {
  message: string;
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
}

/** Issues of a validator (zod, or any of the Standard Schema kind) in the form that callers see. */
export const toIssues = (issues: readonly ForeignIssue[]): Issue[] =>
  issues.map(({ message, path = [] }) => ({
    message,
    path: path.map((step) => {
      const key = typeof step === 'object' ? step.key : step;
      return typeof key === 'number' ? key : String(key);
    }),
  }));

/** An input before it is checked: optional fields may also be null. */
export type Raw<S extends z.ZodType> = Nullable<z.input<S>>;
type Nullable<T> = T extends Date
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Nullable<Item>[]
    : T extends object
      ? { [K in keyof T]: undefined extends T[K] ? Nullable<T[K]> | null : Nullable<T[K]> }
      : T;

/** The parsed input. Throws BAD_INPUT with one issue for each problem; paths begin with `input`. */
export function checkInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input, { error: plainMessage });
  if (result.success) return result.data;
  const issues = toIssues(result.error.issues);
  const text = issues.map(({ path, message }) => (path.length ? `${path.join('.')}: ${message}` : message));
  const placed = issues.map(({ path, message }) => ({ message, path: ['input', ...path] }));
  throw new AppError('BAD_INPUT', text.join('; '), { field: placed[0]?.path.join('.') ?? 'input', issues: placed });
}

/** An input for a new object, where null means the same as absence. */
export const withoutNulls = (input: object): object =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
