const longestName = 60;

/**
 * A name chosen by a person, for use in a mail: one line, bounded, and without the characters by which mail programs
 * recognise links. Otherwise the name of an organization could carry links into mails to strangers.
 */
export function safeName(name: string): string {
  const unlinked = oneLine(name).replaceAll(/[./:@](?=\S)/g, ' ');
  const characters = [...unlinked.replaceAll(/\s+/g, ' ').trim()];
  return characters.length > longestName ? `${characters.slice(0, longestName - 1).join('')}…` : characters.join('');
}

/**
 * Text without line breaks, control and direction characters, so that it can neither end a header nor hide other text.
 */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim();
