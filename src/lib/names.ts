/** Something to see: neither a separator, nor a control or format character, nor one that is drawn as nothing. */
const visible = /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** A name as it is stored: composed (NFC), without spaces around it, and with single spaces inside. */
export const foldName = (text: string): string =>
  text
    .normalize('NFC')
    .replaceAll(/[\s\p{Z}]+/gu, ' ')
    .trim();

/** Whether a name shows anything: one of a zero-width space does not. */
export const isVisible = (name: string): boolean => visible.test(name);
