import { type Command, InvalidArgumentError } from 'commander';
import { isReady, keepSpares, listSpares, type Spare } from '../../fleet/schemas/spares.ts';
import { AppError } from '../../lib/errors.ts';
import { readWhole } from '../../lib/read-text.ts';
import { print, table } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host, Toolbox } from '../toolbox.ts';

interface Flags {
  keep?: number;
  parallel: number;
  json?: boolean;
}

const whole = (most: number) => (text: string) => {
  const value = readWhole(text, 1, most);
  if (value === undefined) throw new InvalidArgumentError(`a whole number from 1 to ${most}`);
  return value;
};

export function addTenantSpares(tenant: Command, host: Host): void {
  tenant
    .command('spares')
    .description('Show the schemas that wait for a company, which `tenant create` takes; make more with --keep.')
    .option('--keep <n>', 'make as many as are missing', whole(10_000))
    .option('--parallel <n>', 'how many at once', whole(100), 2)
    .option('--json', 'print one JSON document')
    .action(async ({ keep, json, parallel }: Flags) => {
      await using toolbox = await host.open();
      const made = keep === undefined ? 0 : await make(toolbox, host, keep, parallel);
      const spares = await listSpares(toolbox.catalog);
      const ready = spares.filter(isReady).length;
      print(host, json, { made, ready, spares }, () => describe(made, ready, spares));
      if (host.signal.aborted) throw new AppError('CANCELLED', 'Interrupted: run the same command again to go on');
    });
}

async function make({ fleet }: Toolbox, host: Host, keep: number, parallel: number): Promise<number> {
  using bar = new ProgressBar(host.stderr, 'spares');
  const { made, busy } = await keepSpares(fleet, {
    keep,
    parallel,
    signal: host.signal,
    onProgress: ({ made, missing }) => bar.show(made / missing, made),
  });
  if (busy) throw new AppError('INVALID_STATE', 'Spares are being built by another process just now; try again later');
  return made;
}

function describe(made: number, ready: number, spares: readonly Spare[]): string {
  const stateOf = ({ building, quarantined }: Spare) => {
    if (quarantined) return 'QUARANTINED';
    return building ? 'BUILDING' : 'READY';
  };
  const rows = spares.map((spare) => [spare.schemaName, stateOf(spare), spare.createdAt.toISOString()]);
  return `${table(['SCHEMA', 'STATE', 'MADE'], rows)}\nspares: ${ready} ready${made > 0 ? `, ${made} of them made now` : ''}`;
}
