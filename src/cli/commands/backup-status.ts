import type { LastRun } from '../../fleet/backups/backup-journal.ts';
import { backupStatus, type TargetStatus } from '../../fleet/backups/backup-status.ts';
import { fields, print } from '../output.ts';
import { lines, type Text } from '../text.ts';
import type { Host } from '../toolbox.ts';

export interface StatusFlags {
  json?: boolean;
}

export async function run(host: Host, { json }: StatusFlags): Promise<void> {
  await using toolbox = await host.openFleet();
  const statuses = await backupStatus(toolbox.fleet, toolbox.config.backups);
  print(host, json, statuses, () => lines(statuses.map(describe)));
}

const mostNamed = 10;

const describe = (status: TargetStatus): Text =>
  fields([
    ['target', status.target],
    ['usable', status.error ?? 'yes'],
    ['archives', `${status.archives}, ${status.bytes} bytes`],
    ['catalog', status.catalogAt?.toISOString()],
    ['oldest', status.oldest && `${status.oldest.slug}, ${status.oldest.at.toISOString()}`],
    ['without archive', namesOf(status.missing)],
    ['last run', describeRun(status.lastRun)],
    ['last drill', describeRun(status.lastDrill)],
  ]);

const namesOf = (slugs: readonly string[]): string => {
  const more = slugs.length > mostNamed ? ` and ${slugs.length - mostNamed} more` : '';
  return slugs.length === 0 ? 'none' : slugs.slice(0, mostNamed).join(', ') + more;
};

const describeRun = (run: LastRun | null): string => {
  if (run === null) return 'never';
  const ended = run.error === null ? `${run.archives} archives` : `failed: ${run.error}`;
  return `${run.at.toISOString()}, ${ended}`;
};
