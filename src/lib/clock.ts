/** Returns the current time. It is injected, so that tests can set the time. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

export const later = (time: Date, milliseconds: number): Date => new Date(time.getTime() + milliseconds);

/**
 * Whether less than `milliseconds` have passed since a moment. False if the clock was set back meanwhile: otherwise a
 * cache entry would stay fresh until the clock caught up.
 */
export const isWithin = (since: number, now: number, milliseconds: number): boolean =>
  now >= since && now - since < milliseconds;
