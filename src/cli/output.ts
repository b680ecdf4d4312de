import type { Host } from './toolbox.ts';

type Cell = string | number | null | undefined;

/** Prints a result: as one JSON document with `--json`, else as lines for a person. */
export function print(host: Host, json: boolean | undefined, value: unknown, text: () => string): void {
  host.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text()}\n`);
}

/** Rows under their headings, columns aligned; `none` when there is nothing to show. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return 'none';
  const cells = [headings, ...rows.map((row) => row.map((cell) => String(cell ?? '-')))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
