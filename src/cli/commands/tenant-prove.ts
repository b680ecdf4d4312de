import { AppError } from '../../lib/errors.ts';
import { prove } from '../../prove/prove.ts';
import type { ProofReport } from '../../prove/report.ts';
import { print, table } from '../output.ts';
import { lines, type Text } from '../text.ts';
import type { Host } from '../toolbox.ts';

export interface Flags {
  only?: string[];
  json?: boolean;
}

/** The largest number of findings that are printed for a group. */
const shown = 20;

export async function run(host: Host, { only, json }: Flags): Promise<void> {
  await using target = await host.openForProof();
  const onProgress = ({ group, done, of }: { group: string; done: number; of: number }) =>
    void host.stderr.write(`${done + 1}/${of} ${group}\n`);
  const report = await prove(target, { only, signal: host.signal, ...(!json && { onProgress }) });
  print(host, json, report, () => describeProof(report));
  if (report.findings > 0) throw new AppError('INTERNAL', `ISOLATION IS BROKEN: ${report.findings} findings`);
}

/** The report for people: the attacks, their results, and their coverage. */
function describeProof({ groups, coverage, limits, attempts, findings, leftovers }: ProofReport): Text {
  const rows = groups.map(({ group, attempts, findings, notes, about }) => [
    group,
    attempts,
    findings.length === 0 ? (notes[0] ?? 'held') : `${findings.length} FOUND`,
    about,
  ]);
  const output: Text[] = [table(['ATTACK', 'TRIED', 'RESULT', 'WHAT HOLDS'], rows), ''];
  for (const { group, findings } of groups) {
    for (const { attack, by, what } of findings.slice(0, shown)) {
      output.push(`FOUND  ${group}: ${attack}, by ${by}: ${what}`);
    }
    if (findings.length > shown) output.push(`FOUND  ${group}: ${findings.length - shown} more, see --json`);
  }
  if (findings > 0) output.push('');
  const { queries, mutations, types, tables, emptyTables, markedColumns } = coverage;
  output.push(
    `${attempts} attacks on ${queries} queries, ${mutations} mutations, ids of ${types} types, ${tables} tables, ${markedColumns} marked columns`,
  );
  if (emptyTables.length > 0) output.push(`tables without rows: ${emptyTables.join(', ')}`);
  if (leftovers.length > 0) output.push(`removed leftovers of interrupted runs: ${leftovers.join(', ')}`);
  output.push('', 'What it cannot prove:', ...limits.map((limit) => `- ${limit}`));
  return lines(output);
}
