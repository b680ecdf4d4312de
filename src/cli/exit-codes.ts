/** What each exit code of the command line means; `lib/errors.ts` says which error has which. */
export const exitCodes: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'an unexpected error occurred, or `tenant prove` found a leak',
  2: 'the arguments or the input are wrong, or a destructive command was not confirmed',
  3: 'the user may not do this',
  4: 'the object does not exist, or its organization is not served',
  5: 'the current state does not allow it, or `doctor` found problems',
  6: 'a database or file system was unavailable, or another operation was in the way: try again',
  7: 'the configuration, a login or its rights are wrong',
  8: 'schemas do not fit this build, or a migration failed',
  130: 'interrupted by Ctrl-C (by another signal: 128 and its number)',
};
