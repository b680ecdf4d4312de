import { describeMove } from '../../fleet/move/describe-move.ts';
import { cancelMove, confirmMove, rollBackMove } from '../../fleet/move/end-move.ts';
import { type MoveOptions, moveTenant } from '../../fleet/move/move-tenant.ts';
import { getOrganization } from '../../fleet/organizations/get-organization.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import type { MoveSummary } from '../../tenancy/tenant-lifecycle.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { FleetToolbox, Host } from '../toolbox.ts';

export interface Flags {
  to?: string;
  confirm?: boolean;
  rollback?: boolean;
  cancel?: boolean;
  json?: boolean;
}

const by = { actor: { kind: 'SYSTEM' } } as const;

export async function run(host: Host, slug: string, flags: Flags): Promise<void> {
  const chosen = [flags.to, flags.confirm, flags.rollback, flags.cancel].filter(Boolean).length;
  if (chosen > 1) throw badInput('Use only one of --to, --confirm, --rollback and --cancel', 'to');
  await using toolbox = await host.openFleet();
  const { id } = await getOrganization(toolbox.catalog, slug);
  await change(toolbox, host, id, flags);
  const summary = await toolbox.catalog.read((db) => describeMove(db, id));
  if (!summary) throw new AppError('NOT_FOUND', `${slug} was never moved`);
  print(host, flags.json, { slug, ...summary }, () => describe(slug, summary));
}

async function change({ fleet }: FleetToolbox, host: Host, id: string, { to, confirm, rollback, cancel }: Flags) {
  using bar = new ProgressBar(host, 'tables');
  const options: MoveOptions = {
    by,
    signal: host.signal,
    onProgress: ({ tables, of }) => bar.show(tables / of, tables),
  };
  if (to !== undefined) await moveTenant(fleet, id, (await fleet.databases.getByName(to)).id, options);
  if (confirm) await confirmMove(fleet, id, by);
  if (rollback) await rollBackMove(fleet, id, options);
  if (cancel) await cancelMove(fleet, id, by);
}

function describe(slug: string, { phase, from, to, pausedMs, lastError }: MoveSummary): string {
  const what = `${slug}: ${from} -> ${to}: ${phase}`;
  const paused = pausedMs === null ? '' : `, writes were paused for ${pausedMs} ms`;
  return `${what}${paused}${lastError === null ? '' : `\nlast error: ${lastError}`}${next[phase] ?? ''}`;
}

const next: Partial<Record<MoveSummary['phase'], string>> = {
  COPYING: '\nrerun the same command to resume; --cancel undoes the move',
  SWITCHING: '\nrerun the same command to resume; --cancel undoes the move',
  SWITCHED: '\n--confirm drops the copy in the former database; --rollback moves it back',
  ROLLING_BACK: '\n--rollback resumes; --cancel leaves it in its present database',
};
