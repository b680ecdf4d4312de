import type { DatabaseBudget } from '../../fleet/doctor/catalog-budget.ts';
import type { Finding } from '../../fleet/doctor/finding.ts';
import { type DoctorReport, runDoctor, type SchemaDrift } from '../../fleet/doctor/run-doctor.ts';
import type { Difference } from '../../fleet/drift/find-drift.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { settleMoves } from '../../fleet/move/settle-move.ts';
import { type LiftReport, liftStrayFences } from '../../fleet/move/stray-fences.ts';
import { patientSteps } from '../../fleet/patience.ts';
import { systemClock } from '../../lib/clock.ts';
import { AppError } from '../../lib/errors.ts';
import { print, table } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import { lines, styled, type Text } from '../text.ts';
import type { Host } from '../toolbox.ts';

export interface Flags {
  tenant?: string;
  repair?: boolean;
  json?: boolean;
}

/** The largest number of differences per schema that are printed; --json prints all. */
const mostDifferences = 20;

export async function run(host: Host, { tenant, repair = false, json }: Flags): Promise<void> {
  await using toolbox = await host.openFleet({ unmigrated: true, readOnly: !repair });
  const repaired = repair ? await repairFleet(toolbox.fleet, host.signal) : undefined;
  const { poolSize, catalogPoolSize, poolSlotMb, spareSchemas } = toolbox.config;
  using bar = new ProgressBar(host, 'schemas');
  const report = await runDoctor(toolbox.fleet, {
    only: tenant,
    clock: systemClock,
    pools: { tenants: poolSize, catalog: catalogPoolSize, slotBytes: poolSlotMb * 1_000_000 },
    spares: spareSchemas,
    signal: host.signal,
    onProgress: (compared, total) => bar.show(compared / total, compared),
  });
  print(host, json, { ...report, ...(repaired && { repaired: repaired.lifted }) }, () => [
    ...(repaired?.lifted ?? []).flatMap((slug) => [`repaired: ${slug} can write again`, '\n']),
    ...[describe(report)].flat(),
  ]);
  if (repaired?.failed.length) {
    throw new AppError('UNAVAILABLE', `${repaired.failed.length} organizations could not be repaired`);
  }
  if (host.signal.aborted) throw new AppError('CANCELLED', 'Interrupted');
  const problems = report.findings.filter(({ severity }) => severity === 'PROBLEM').length;
  if (problems > 0) throw new AppError('INVALID_STATE', `${problems} problems`);
}

function describe({ findings, drift, budgets, compared }: DoctorReport): Text {
  return lines([
    ...budgets.flatMap(describeBudget),
    ...findings.map(describeFinding),
    ...drift.flatMap(describeDrift),
    `${compared} schemas compared with their migrations, ${drift.length} differ; ${findings.length} findings`,
  ]);
}

const describeFinding = ({ check, severity, database, subject, message }: Finding): Text => [
  styled(severity === 'PROBLEM' ? 'red' : 'yellow', severity.padEnd(7)),
  `  ${check}: ${database === undefined ? '' : `${database}: `}${subject} ${message}`,
];

function describeDrift({ slug, schemaName, differences }: SchemaDrift): string[] {
  const more = differences.length - mostDifferences;
  return [
    `${slug ?? schemaName}:`,
    ...differences.slice(0, mostDifferences).map((difference) => `  ${describeDifference(difference)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function describeDifference({ aspect, name, expected, found }: Difference): string {
  if (found === undefined) return `${aspect}: ${name} is missing: ${expected}`;
  if (expected === undefined) return `${aspect}: ${name} is not in any migration: ${found}`;
  return `${aspect}: ${name} is ${found}, not ${expected}`;
}

function describeBudget({ database, lines: budgets }: DatabaseBudget): Text[] {
  const rows = budgets.map(({ resource, used, limit, unit, what }) => {
    const number = (value: number) => (unit === 'bytes' ? `${Math.round(value / 1_000_000)} MB` : value);
    return [database, resource, number(used), number(limit), `${Math.round((used / limit) * 100)} %`, what];
  });
  return [table(['DATABASE', 'RESOURCE', 'USED', 'CAPACITY', 'SHARE', 'MEANING'], rows)];
}

/** Does what the scheduled tasks of a running server do. */
async function repairFleet(fleet: Fleet, signal: AbortSignal): Promise<LiftReport> {
  const runStep = patientSteps(fleet, { signal });
  const failed = await settleMoves(fleet, runStep);
  const report = await liftStrayFences(fleet, runStep);
  return { ...report, failed: [...failed, ...report.failed] };
}
