import { toAppError } from '../db/pg-errors.ts';
import type { AppError } from '../lib/errors.ts';
import { toMachineError } from '../lib/machine-error.ts';

/** What an error means to the operator; undefined for a bug of ours. */
export const toOperatorError = (error: unknown): AppError | undefined => toAppError(error) ?? toMachineError(error);
