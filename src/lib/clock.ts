/** What time it is. Handed to what depends on time, so that a test can be at any moment without waiting. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

export const later = (time: Date, milliseconds: number): Date => new Date(time.getTime() + milliseconds);

/**
 * Whether less than so many milliseconds have passed since a moment. A clock that was set back meanwhile cannot tell:
 * then no, or what is to be believed for two seconds would be believed for as long as the clock went back.
 */
export const isWithin = (since: number, now: number, milliseconds: number): boolean =>
  now >= since && now - since < milliseconds;
