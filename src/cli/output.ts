import { inline, lines, Styled, styled, type Text } from './text.ts';
import type { Host } from './toolbox.ts';

type Cell = string | number | null | undefined | Styled;

/** Prints a result: with `--json` as one JSON document, otherwise as text for people. */
export function print(host: Host, json: boolean | undefined, value: unknown, text: () => Text): void {
  host.stdout.write(json ? `${JSON.stringify(value)}\n` : [text(), '\n']);
}

/** A table with headings and aligned columns; `none` without rows. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): Text {
  if (rows.length === 0) return 'none';
  const cells = [headings.map((heading) => styled('bold', heading)), ...rows.map((row) => row.map(asText))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => lengthOf(row[column]!))));
  return lines(
    cells.map((row) =>
      row.flatMap((cell, column) => [
        cell,
        column + 1 < row.length ? ' '.repeat(widths[column]! - lengthOf(cell) + 2) : '',
      ]),
    ),
  );
}

/** `key: value` lines, values aligned. */
export function fields(entries: readonly (readonly [name: string, value: Cell])[]): Text {
  const width = Math.max(...entries.map(([name]) => name.length)) + 2;
  return lines(entries.map(([name, value]) => [`${name}:`.padEnd(width), asText(value)]));
}

const asText = (cell: Cell): string | Styled => (cell instanceof Styled ? cell : inline(String(cell ?? '-')));
const lengthOf = (cell: string | Styled): number => (cell instanceof Styled ? cell.text : cell).length;

/** The reason for a failure, for people. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
