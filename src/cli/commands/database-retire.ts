import { retireDatabase, retireLostDatabase } from '../../fleet/databases/retire-database.ts';
import { print } from '../output.ts';
import type { FleetToolbox, Host } from '../toolbox.ts';

export interface Flags {
  lost?: boolean;
  json?: boolean;
}

const by = { actor: { kind: 'SYSTEM' } } as const;

export async function run(host: Host, name: string, { lost, json }: Flags): Promise<void> {
  await using toolbox = await host.openFleet();
  const { id } = await toolbox.fleet.databases.getByName(name);
  const waiting = lost ? await retireLostDatabase(toolbox.fleet, name, by) : await retire(toolbox, id);
  print(host, json, { id, name, state: 'RETIRED', waiting }, () => `retired ${name}${describeWaiting(waiting)}`);
}

async function retire({ catalog }: FleetToolbox, id: string): Promise<string[]> {
  await catalog.write((tx) => retireDatabase(tx, id, by));
  return [];
}

/** Names the organizations that lost their data with a database. */
export const describeWaiting = (waiting: readonly string[]): string =>
  waiting.length === 0 ? '' : `; restore or delete: ${waiting.join(', ')}`;
