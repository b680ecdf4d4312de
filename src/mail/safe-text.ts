const longestName = 60;

/**
 * A name that a person chose, as mails show it: one line, bounded, and without the characters by which mail programs
 * recognise links. Else anybody could have us mail their links to strangers, by the name of an organization.
 */
export function safeName(name: string): string {
  const unlinked = oneLine(name).replaceAll(/[./:@](?=\S)/g, ' ');
  const characters = [...unlinked.replaceAll(/\s+/g, ' ').trim()];
  return characters.length > longestName ? `${characters.slice(0, longestName - 1).join('')}…` : characters.join('');
}

/** Text without line breaks, control and direction characters: nothing in it ends a header or hides the rest. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim();
