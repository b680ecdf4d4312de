import { randomBytes } from 'node:crypto';

/** Scratch organizations are named after their run, so that no other organization can be mistaken for one. */
const pattern = /^scratch-proof-([0-9a-f]{8})-/;

export const newRun = (): string => randomBytes(4).toString('hex');
export const slugPrefix = (run = ''): string => `scratch-proof-${run}`;
export const slugFor = (run: string, letter: string): string => `${slugPrefix(run)}-${letter}`;

/** The run that created an organization; undefined for any other organization. */
export const runOf = (slug: string): string | undefined => pattern.exec(slug)?.[1];

/** Domain of all scratch users; mail to it is never delivered (RFC 2606). */
export const mailDomain = (run: string): string => `${run}.scratch-proof.invalid`;

/** A word in every text of a scratch organization, and nowhere else. */
export const markerOf = (run: string, letter: string): string => `leak${run}${letter}`;

/** A word in the rows that not everybody in the organization may see. */
export const hiddenMarkerOf = (run: string, letter: string): string => `hidden${run}${letter}`;
