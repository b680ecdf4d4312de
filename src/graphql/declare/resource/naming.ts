/** `ProjectPhase` becomes `project phase`. */
export const toWords = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase();

/** The words of a reference in descriptions: `aboutTask` becomes `task concerned`. */
export const toReferenceWords = (relation: string): string => toWords(relation).replace(/^about (.+)/, '$1 concerned');

export const toCamelCase = (name: string): string => name[0]!.toLowerCase() + name.slice(1);
export const toPascalCase = (name: string): string => name[0]!.toUpperCase() + name.slice(1);
/** `dueAt` becomes the enum value `DUE_AT`. */
export const toConstantCase = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();

/** `incident` becomes `an incident`. */
export const withArticle = (noun: string): string => `${/^([aeio]|u(?!ni|se))/i.test(noun) ? 'an' : 'a'} ${noun}`;

export const toPlural = (noun: string): string => {
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
};

export const formatNumber = (number: number): string => number.toLocaleString('en-US');

/**
 * The part of a description before its first semicolon or colon (but not the colon in `people:manage`), without the
 * full stop.
 */
export const firstClause = (description: string): string => description.split(/[;:]\s/)[0]!.replace(/\.$/, '');

/** A clause for the middle of a sentence; an abbreviation at its start (`SLA …`) keeps its capitals. */
export const lowerFirst = (clause: string): string => (/^[A-Z][A-Z]/.test(clause) ? clause : toCamelCase(clause));

/** A clause with its limits and notes: `Name, 1 to 200 characters; unique.` */
export function describeWithLimits(
  clause: string,
  limits: readonly (string | undefined)[],
  notes: readonly (string | undefined)[],
): string {
  const limited = [clause, ...limits.filter((limit) => limit !== undefined)].join(', ');
  return `${[limited, ...notes.filter((note) => note !== undefined)].join('; ')}.`;
}
