import { AppError } from '../lib/errors.ts';

/** The value of an environment variable that contains a secret. Throws BAD_INPUT if it is unset or empty. */
export function readVariable(name: string): string {
  const value = process.env[name]?.trim();
  if (!value) throw new AppError('BAD_INPUT', `The environment variable ${name} is empty`);
  return value;
}
