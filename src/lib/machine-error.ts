import { AppError, type ErrorCode } from './errors.ts';

/** Node's codes for errors of the operating system. */
const meanings: Record<string, ErrorCode> = {
  // There is no such file, or it may not be used like this
  ENOENT: 'BAD_INPUT',
  EACCES: 'BAD_INPUT',
  EPERM: 'BAD_INPUT',
  EISDIR: 'BAD_INPUT',
  ENOTDIR: 'BAD_INPUT',
  EEXIST: 'BAD_INPUT',
  ENAMETOOLONG: 'BAD_INPUT',
  ELOOP: 'BAD_INPUT',
  EROFS: 'BAD_INPUT',
  // It cannot be written now
  ENOSPC: 'UNAVAILABLE',
  EDQUOT: 'UNAVAILABLE',
  EFBIG: 'UNAVAILABLE',
  EIO: 'UNAVAILABLE',
  EMFILE: 'UNAVAILABLE',
  ENFILE: 'UNAVAILABLE',
  EBUSY: 'UNAVAILABLE',
  // A port is taken, or not for this account
  EADDRINUSE: 'CONFIG_INVALID',
  EADDRNOTAVAIL: 'CONFIG_INVALID',
};

/** An error of the operating system as a one-line error for the operator; undefined for any other error. */
export function toMachineError(error: unknown): AppError | undefined {
  for (let link = error; link instanceof Error; link = link.cause) {
    const { code, syscall, message } = link as NodeJS.ErrnoException;
    const meaning = syscall !== undefined && code !== undefined ? meanings[code] : undefined;
    // A port below 1024 without the right to it
    if (meaning) return new AppError(syscall === 'listen' ? 'CONFIG_INVALID' : meaning, message, {}, { cause: error });
  }
  return undefined;
}
