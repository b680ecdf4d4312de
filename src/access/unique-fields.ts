import { constraintOf, isUniqueViolation } from '../db/pg-errors.ts';
import { AppError } from '../lib/errors.ts';

/** Which argument a unique index is about, by the name of the index. */
export type UniqueFields = Readonly<Record<string, string>>;

/** What an error means: ALREADY_EXISTS, naming the argument that the index is about, where a unique index refused. */
export const doubleNamed =
  (fields: UniqueFields) =>
  (error: unknown): unknown => {
    const field = isUniqueViolation(error) ? fields[constraintOf(error) ?? ''] : undefined;
    return field === undefined
      ? error
      : new AppError('ALREADY_EXISTS', 'This value is taken', { field }, { cause: error });
  };
