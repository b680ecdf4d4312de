/** Seconds before each attempt after the first, which is made at once. */
const delays = [5, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600, 10 * 3_600, 10 * 3_600];

export const mostDeliveryAttempts = delays.length + 1;

/** Milliseconds until the next attempt after so many; up to a fifth longer at random. */
export const delayAfter = (attempts: number, random: () => number = Math.random): number =>
  Math.round(delays[attempts - 1]! * 1_000 * (1 + random() / 5));

/**
 * Milliseconds for which a webhook sends nothing after so many failures in a row: a receiver that hangs must not keep
 * the other webhooks of its organization waiting for each of its messages. A message on its own is not delayed, since
 * its third attempt and later ones are further apart.
 */
export const restAfter = (failures: number): number => (failures < 3 ? 0 : Math.min(failures - 2, 10) * 60_000);
