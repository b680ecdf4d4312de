import { constraintOf, isUniqueViolation } from '../db/pg-errors.ts';
import { AppError } from '../lib/errors.ts';

/** Which argument a unique index is about, by the name of the index. */
export type UniqueFields = Readonly<Record<string, string>>;

/** Does the work; when a unique index refuses it, throws ALREADY_EXISTS naming the argument that the index is about. */
export async function namingDoubles<T>(fields: UniqueFields, work: () => PromiseLike<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const field = isUniqueViolation(error) ? fields[constraintOf(error) ?? ''] : undefined;
    if (field === undefined) throw error;
    throw new AppError('ALREADY_EXISTS', 'This value is taken', { field }, { cause: error });
  }
}
