/** A visible character: not a separator, a control or format character, or one that is drawn as nothing. */
const visible = /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** A name as it is stored: NFC, without surrounding spaces, and with single spaces inside. */
export const foldName = (text: string): string =>
  text
    .normalize('NFC')
    .replaceAll(/[\s\p{Z}]+/gu, ' ')
    .trim();

/** Whether a name has a visible character; a zero-width space is none. */
export const isVisible = (name: string): boolean => visible.test(name);
