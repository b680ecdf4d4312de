import { patiently } from '../../fleet/patience.ts';
import { isReady, keepSpares, listSpares, type Spare } from '../../fleet/schemas/spares.ts';
import { AppError } from '../../lib/errors.ts';
import { print, table } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import { lines, type Text } from '../text.ts';
import type { FleetToolbox, Host } from '../toolbox.ts';

export interface Flags {
  keep?: number;
  parallel: number;
  json?: boolean;
}

export async function run(host: Host, { keep, json, parallel }: Flags): Promise<void> {
  await using toolbox = await host.openFleet();
  const made = keep === undefined ? 0 : await make(toolbox, host, keep, parallel);
  const spares = await patiently(toolbox.fleet, () => listSpares(toolbox.catalog));
  const ready = spares.filter(isReady).length;
  print(host, json, { made, ready, spares }, () => describe(made, ready, spares));
  if (host.signal.aborted) throw new AppError('CANCELLED', 'Interrupted: run the same command again to resume');
}

async function make({ fleet }: FleetToolbox, host: Host, keep: number, parallel: number): Promise<number> {
  using bar = new ProgressBar(host, 'spares');
  const { made, busy } = await keepSpares(fleet, {
    keep,
    parallel,
    signal: host.signal,
    onProgress: ({ made, missing }) => bar.show(made / missing, made),
  });
  if (busy) throw new AppError('INVALID_STATE', 'Another process is building spares; try again later');
  return made;
}

function describe(made: number, ready: number, spares: readonly Spare[]): Text {
  const stateOf = ({ building, quarantined }: Spare) => {
    if (quarantined) return 'QUARANTINED';
    return building ? 'BUILDING' : 'READY';
  };
  const rows = spares.map((spare) => [spare.schemaName, stateOf(spare), spare.createdAt.toISOString()]);
  return lines([
    table(['SCHEMA', 'STATE', 'MADE'], rows),
    `spares: ${ready} ready${made > 0 ? `, ${made} of them made now` : ''}`,
  ]);
}
