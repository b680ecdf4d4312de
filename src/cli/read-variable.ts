import { AppError } from '../lib/errors.ts';

/** The value of an environment variable that a secret is handed over in. Throws BAD_INPUT when it holds none. */
export function readVariable(name: string): string {
  const value = process.env[name]?.trim();
  if (!value) throw new AppError('BAD_INPUT', `The environment variable ${name} holds nothing`);
  return value;
}
