/** What time it is. Handed to what depends on time, so that a test can be at any moment without waiting. */
export type Clock = () => Date;

export const systemClock: Clock = () => new Date();

export const later = (time: Date, milliseconds: number): Date => new Date(time.getTime() + milliseconds);
