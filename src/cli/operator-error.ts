import { isLoginRefused, isTlsRefused, toAppError } from '../db/pg-errors.ts';
import { AppError } from '../lib/errors.ts';
import { toMachineError } from '../lib/machine-error.ts';

/** The error for the operator; undefined for a bug of the program. */
export function toOperatorError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (isLoginRefused(error)) return badConfiguration(`A database refuses the login of the program: ${reason}`, error);
  if (isTlsRefused(error))
    return badConfiguration(`The TLS certificate of a database is not trusted: ${reason}`, error);
  return toAppError(error) ?? toMachineError(error);
}

const badConfiguration = (message: string, cause: unknown): AppError =>
  new AppError('CONFIG_INVALID', message, {}, { cause });
