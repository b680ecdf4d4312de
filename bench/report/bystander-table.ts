import { atOnce, type BystanderResult, type QuietAndLoud } from '../bystander/scenario.ts';
import { table } from './tables.ts';

/** Markdown of what one member's worst inputs do to others. */
export function renderBystander(results: readonly BystanderResult[]): string {
  const rows = results.map(({ input, p99, sender }) => [
    `**${input.name}**: ${input.title}`,
    ...cells(p99.neighbour),
    ...cells(p99.colleague),
    sender.perSecond.toFixed(0),
    sender.p50.toFixed(1),
    sender.refusals.map(([refusal]) => refusal).join(', ') || 'answered',
  ]);
  const of = (who: string) => [`${who}: quiet ms`, 'beside it ms', 'ratio'];
  const heads = ['', ...of('neighbour'), ...of('colleague'), 'inputs/s', 'p50 ms', 'answer'];
  return `### The 99th percentile of others while one member sends worst inputs, ${atOnce} at once\n\n${table(heads, rows)}`;
}

const cells = ({ quiet, loud }: QuietAndLoud): string[] => [
  quiet.toFixed(1),
  loud.toFixed(1),
  `${(loud / quiet).toFixed(1)}x`,
];
