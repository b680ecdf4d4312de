/** Seconds before each attempt after the first. */
const delays = [5, 60, 5 * 60, 30 * 60, 2 * 3_600, 6 * 3_600];

/** After so many attempts a job is given up. */
export const mostAttempts = delays.length + 1;

/**
 * Milliseconds until the next attempt of a job that has failed so many times; undefined if it is given up. Up to a
 * fifth longer at random, so that jobs that failed together do not come back together.
 */
export function retryDelay(attempts: number, random: () => number = Math.random): number | undefined {
  const seconds = delays[attempts - 1];
  return seconds === undefined ? undefined : Math.round(seconds * 1_000 * (1 + random() / 5));
}
