import { constraintOf, isUniqueViolation } from '../db/pg-errors.ts';
import { AppError } from '../lib/errors.ts';

/** The argument of each unique index, by the name of the index. */
export type UniqueFields = Readonly<Record<string, string>>;

/** Maps a unique violation to ALREADY_EXISTS with the argument of the index; returns other errors unchanged. */
export const takenValueError =
  (fields: UniqueFields) =>
  (error: unknown): unknown => {
    const field = isUniqueViolation(error) ? fields[constraintOf(error) ?? ''] : undefined;
    return field === undefined
      ? error
      : new AppError('ALREADY_EXISTS', 'This value is already taken', { field }, { cause: error });
  };
