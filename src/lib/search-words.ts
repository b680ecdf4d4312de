/** Scripts without spaces between words: each character is a word, as `extensions.search_words` has it. */
const unspaced =
  /[\u3040-\u30ff\u3105-\u312f\u3131-\u318e\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\u{20000}-\u{3ffff}]/gu;

/**
 * The words of a text for searches: `L’Œuvre : n°2` is `l œuvre n 2`. Must return the same as
 * `extensions.search_words`.
 */
export const searchWords = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]+/g, '')
    .replaceAll(unspaced, ' $& ')
    .replaceAll(/[^\p{L}\p{Nd}]+/gu, ' ')
    .trim();

/** A part of a search text: a phrase in quotes, or the text between spaces. */
const piece = /(?<not>-?)"(?<phrase>[^"]*)"?|(?<chunk>[^\s"]+)/gu;

/**
 * Converts a search text (words, "phrases", or, -not) to the syntax of `websearch_to_tsquery`, without other
 * punctuation. A part with several words (`O’Brien`, `avant-projet`, `日本`) becomes a phrase.
 */
export function searchQuery(text: string): string {
  const pieces = [...text.matchAll(piece)].map(({ groups }) => {
    const { not, phrase, chunk } = groups as { not?: string; phrase?: string; chunk?: string };
    if (chunk?.toLowerCase() === 'or') return 'or';
    const words = searchWords(phrase ?? chunk ?? '');
    if (words === '') return '';
    const isNot = not === '-' || /^-[^-]/.test(chunk ?? '');
    return `${isNot ? '-' : ''}${phrase !== undefined || words.includes(' ') || words === 'or' ? `"${words}"` : words}`;
  });
  return pieces.filter((each) => each !== '').join(' ');
}
