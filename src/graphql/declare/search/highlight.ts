/**
 * Characters for private use around matching words and between passages. They are removed from the texts first, so that
 * a text cannot contain them.
 */
export const marks = { start: '\ue000', stop: '\ue001', gap: '\ue002' } as const;

/** A piece of a text: `isMatch` says whether it is a matching word. */
export interface HighlightPart {
  text: string;
  isMatch: boolean;
}

const longestHighlight = 400;

/** The parts of a marked text, cut off after 400 characters. Passages are separated by an ellipsis. */
export function highlightParts(marked: string): HighlightPart[] {
  const parts: HighlightPart[] = [];
  let left = longestHighlight;
  for (const [n, piece] of marked
    .replaceAll(marks.gap, ' … ')
    .split(/[\ue000\ue001]/)
    .entries()) {
    const text = [...piece].slice(0, left).join('');
    left -= [...text].length;
    if (text !== '') parts.push({ text, isMatch: n % 2 === 1 });
  }
  return parts;
}
