/** The kinds of document that are numbered, each with the pattern that holds until the tenant sets its own. */
export const defaultPatterns = { PROJECT: 'PRJ-{seq:4}' } as const;

export type CodeKind = keyof typeof defaultPatterns;
export const codeKinds = Object.keys(defaultPatterns) as [CodeKind, ...CodeKind[]];
