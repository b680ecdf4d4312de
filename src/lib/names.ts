/** A visible character: not a separator, a control or format character, or one that is drawn as nothing. */
const visible = /[^\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;

/**
 * Soft hyphen, Mongolian vowel separator, zero-width space, word joiner: in a name they are not seen and mean nothing.
 */
const meaningless = /[\u00ad\u180e\u200b\u2060]/g;

/**
 * A name as it is stored: NFC, without surrounding spaces, with single spaces inside, and without meaningless
 * characters, by which it could differ from another one that looks the same. A name of nothing else keeps them:
 * `isVisible` refuses it.
 */
export const foldName = (text: string): string =>
  (isVisible(text) ? text.replaceAll(meaningless, '') : text)
    .normalize('NFC')
    .replaceAll(/[\s\p{Z}]+/gu, ' ')
    .trim();

/** Whether a name has a visible character; a zero-width space is none. */
export const isVisible = (name: string): boolean => visible.test(name);
