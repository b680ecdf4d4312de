/** The style of a part of the output, if colours are shown. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** A part that has a style. */
export class Styled {
  readonly style: Style;
  readonly text: string;

  constructor(style: Style, text: string) {
    this.style = style;
    this.text = text;
  }
}

/** Text that commands print. Terminal sequences in its strings are escaped when it is written. */
export type Text = string | Styled | readonly Text[];

export const styled = (style: Style, text: string): Styled => new Styled(style, text);

/** Puts each part on a line of its own. */
export const lines = (parts: readonly Text[]): Text =>
  parts.flatMap((part, index): Text[] => (index === 0 ? [part] : ['\n', part]));

const codes: Record<Style, [on: number, off: number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
};

/** The escaped and styled text that is written to the terminal or file. */
export function render(text: Text, colours: boolean): string {
  if (typeof text === 'string') return escapeControls(text);
  if (!(text instanceof Styled)) return text.map((part) => render(part, colours)).join('');
  const [on, off] = codes[text.style];
  return colours ? `\x1b[${on}m${escapeControls(text.text)}\x1b[${off}m` : escapeControls(text.text);
}

/*
 * Names and messages come from members and from databases. Control characters in them could control the terminal, and
 * directional characters could make text misleading. Tabs and line breaks stay, because layout needs them.
 */
const controls = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Escapes as in JSON, so that a JSON document stays valid. */
export const escapeControls = (text: string): string => text.replace(controls, escaped);

/** Also escapes line breaks, for text that must stay on one line. */
export const inline = (text: string): string => escapeControls(text).replace(/[\n\t]/g, escaped);

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
