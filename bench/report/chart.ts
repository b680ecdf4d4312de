import type { ContenderName } from '../contenders/contender.ts';
import type { OperationResult, Ratios } from '../measure/figures.ts';

interface Panel {
  title: string;
  /** The height of a bar: a contender's figure beside that of the hand-written SQL. */
  value(toLimit: Ratios): number;
}

const panels: readonly Panel[] = [
  { title: 'Requests per second (L = 1; more is better)', value: ({ perSecond }) => perSecond },
  { title: 'Processor time per request (L = 1; less is better)', value: ({ cpu }) => cpu },
];

const bars: { name: ContenderName; label: string; color: string }[] = [
  { name: 'S', label: 'this server', color: '#2563eb' },
  { name: 'P', label: 'PostGraphile 5', color: '#d97706' },
];

const width = 720;
const panelHeight = 220;
const plot = { left: 44, top: 34, height: 140 };
const ink = '#475569';

/** Bars of this server and the peer, operation by operation, against the hand-written SQL as the line at 1. */
export function renderChart(operations: readonly OperationResult[]): string {
  const height = panels.length * panelHeight + 24;
  const parts = panels.map(
    (panel, index) => `<g transform="translate(0 ${index * panelHeight})">${panelOf(panel, operations)}</g>`,
  );
  const legend = bars.map(({ label, color }, index) => {
    const x = plot.left + index * 140;
    return `<rect x="${x}" y="${height - 18}" width="10" height="10" fill="${color}"/>${text(x + 16, height - 9, label)}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="${ink}">
<title>This server and PostGraphile beside hand-written SQL</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${[...parts, ...legend].join('\n')}
</svg>
`;
}

function panelOf({ title, value }: Panel, operations: readonly OperationResult[]): string {
  const groups = operations.map(({ name, toLimit }) => ({
    name,
    values: bars.map((bar) => {
      const ratios = toLimit[bar.name];
      return ratios && value(ratios);
    }),
  }));
  const most = Math.max(1, ...groups.flatMap(({ values }) => values.map((one) => one ?? 0))) * 1.12;
  const y = (height: number) => plot.top + plot.height * (1 - height / most);
  const step = (width - plot.left - 16) / groups.length;
  const drawn = groups.map(({ name, values }, index) => {
    const left = plot.left + index * step;
    const columns = values.map((height, n) =>
      height === undefined
        ? ''
        : column(left + step * (0.16 + n * 0.35), step * 0.32, y(height), height, bars[n]!.color),
    );
    return columns.join('') + text(left + step / 2, plot.top + plot.height + 16, name, 'middle');
  });
  const line = `<line x1="${plot.left}" x2="${width - 16}" y1="${y(1)}" y2="${y(1)}" stroke="${ink}" stroke-dasharray="4 3"/>`;
  return [text(plot.left, 18, title), ...drawn, line, text(plot.left - 6, y(1) + 4, 'L', 'end')].join('\n');
}

function column(x: number, width: number, top: number, value: number, color: string): string {
  const bottom = plot.top + plot.height;
  const bar = `<rect x="${x.toFixed(1)}" y="${top.toFixed(1)}" width="${width.toFixed(1)}" height="${(bottom - top).toFixed(1)}" fill="${color}"/>`;
  return bar + text(x + width / 2, top - 4, value.toFixed(2), 'middle');
}

const text = (x: number, y: number, content: string, anchor = 'start'): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`;
