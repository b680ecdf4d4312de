/** The kinds of objects with codes, and their default patterns. */
export const defaultPatterns = { PROJECT: 'PRJ-{seq:4}' } as const;

export type CodeKind = keyof typeof defaultPatterns;
export const codeKinds = Object.keys(defaultPatterns) as [CodeKind, ...CodeKind[]];
