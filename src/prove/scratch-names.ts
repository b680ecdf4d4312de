import { randomBytes } from 'node:crypto';

/** Scratch organizations are called after their run: nobody else's organization can be taken for one. */
const pattern = /^scratch-proof-([0-9a-f]{8})-/;

export const newRun = (): string => randomBytes(4).toString('hex');
export const slugPrefix = (run = ''): string => `scratch-proof-${run}`;
export const slugFor = (run: string, letter: string): string => `${slugPrefix(run)}-${letter}`;

/** The run that an organization was made by; undefined for any other organization. */
export const runOf = (slug: string): string | undefined => pattern.exec(slug)?.[1];

/** Where mail never goes (RFC 2606): every scratch user has an address here. */
export const mailDomain = (run: string): string => `${run}.scratch-proof.invalid`;

/** A word that stands in every text of a scratch organization and nowhere else. */
export const markerOf = (run: string, letter: string): string => `leak${run}${letter}`;

/** A word in those rows that not everybody in the organization may see. */
export const hiddenMarkerOf = (run: string, letter: string): string => `hidden${run}${letter}`;
