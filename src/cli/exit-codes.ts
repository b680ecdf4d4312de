/** What each exit code of the command line means; `lib/errors.ts` says which error has which. */
export const exitCodes: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'the program failed in a way that it does not expect, or `tenant prove` found a leak',
  2: 'the arguments or the input are wrong, or a destructive command was not confirmed',
  3: 'the user may not do this',
  4: 'what was named does not exist or is not served',
  5: 'the present state does not allow it, or `doctor` found problems',
  6: 'a database or a file system did not serve, or others were in the way: try again',
  7: 'the configuration, a login or its rights are wrong',
  8: 'schemas do not fit this build, or a migration failed',
  130: 'interrupted by Ctrl-C (by another signal: 128 and its number)',
};
