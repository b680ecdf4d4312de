/** How a part of an output looks where colours are shown. */
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

/** What commands print. Whatever terminal sequences are in its strings is escaped when it is written. */
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

/** What is sent to the terminal or file. */
export function render(text: Text, colours: boolean): string {
  if (typeof text === 'string') return escapeControls(text);
  if (!(text instanceof Styled)) return text.map((part) => render(part, colours)).join('');
  const [on, off] = codes[text.style];
  return colours ? `\x1b[${on}m${escapeControls(text.text)}\x1b[${off}m` : escapeControls(text.text);
}

/*
 * Control characters drive a terminal, and those for the direction of text make it show something else than it holds.
 * Names and messages come from members and from databases. Tabs and ends of lines stay: layout needs them.
 */
const controls = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** The form of an escape is that of JSON, so that a document stays one. */
export const escapeControls = (text: string): string => text.replace(controls, escaped);

/** For text that has to stay on its line. */
export const inline = (text: string): string => escapeControls(text).replace(/[\n\t]/g, escaped);

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
