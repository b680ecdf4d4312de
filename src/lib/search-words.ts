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

/** One part of a search text in the syntax of `websearch_to_tsquery`; empty for punctuation alone. */
interface Piece {
  text: string;
  /** The words of a part that is neither quoted, negated nor `or`, and may go on. */
  open: string;
}

/** PostgreSQL refuses words of more than 2,046 bytes in queries, and leaves such words out of indexes. */
const shortWords = (words: string): string => words.replaceAll(/(?<=\S{400})\S+/gu, '');

function piecesOf(text: string): Piece[] {
  const pieces = [...text.matchAll(piece)].map(({ groups }): Piece => {
    const { not, phrase, chunk } = groups as { not?: string; phrase?: string; chunk?: string };
    if (chunk?.toLowerCase() === 'or') return { text: 'or', open: '' };
    const words = shortWords(searchWords(phrase ?? chunk ?? ''));
    if (words === '') return { text: '', open: '' };
    const isNot = not === '-' || /^-[^-]/.test(chunk ?? '');
    const isPhrase = phrase !== undefined || words.includes(' ') || words === 'or';
    return {
      text: `${isNot ? '-' : ''}${isPhrase ? `"${words}"` : words}`,
      open: phrase !== undefined || isNot ? '' : words,
    };
  });
  return pieces.filter((each) => each.text !== '');
}

const joined = (pieces: readonly Piece[]): string => pieces.map((each) => each.text).join(' ');

/**
 * Converts a search text (words, "phrases", or, -not) to the syntax of `websearch_to_tsquery`, without other
 * punctuation. A part with several words (`O’Brien`, `avant-projet`, `日本`) becomes a phrase.
 */
export const searchQuery = (text: string): string => joined(piecesOf(text));

/**
 * The last word of a search text, which may be the beginning of a longer one, as `to_tsquery` reads it: `proj:*`, or
 * `avant <-> proj:*` for `avant-proj`. `before` is the alternative that it ends, without it, as `searchQuery` writes
 * it. Empty texts if the last part is a phrase in quotes, negated, or `or`.
 */
export function typedWords(text: string): { before: string; last: string } {
  const pieces = piecesOf(text);
  const open = pieces.at(-1)?.open ?? '';
  if (open === '') return { before: '', last: '' };
  const or = pieces.findLastIndex((each) => each.text === 'or');
  return { before: joined(pieces.slice(or + 1, -1)), last: `${open.split(' ').join(' <-> ')}:*` };
}
