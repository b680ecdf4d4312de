import { type DatabaseSummary, listDatabases } from '../../fleet/databases/list-databases.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { AppError } from '../../lib/errors.ts';
import type { JsonFlag } from '../flags.ts';
import { fields, print, table } from '../output.ts';
import type { Host } from '../toolbox.ts';

/** Throws NOT_FOUND. */
export async function describeDatabase(fleet: Fleet, name: string): Promise<DatabaseSummary> {
  const found = (await listDatabases(fleet)).find((database) => database.name === name);
  if (!found) throw new AppError('NOT_FOUND', `There is no database ${name}`);
  return found;
}

export async function run(host: Host, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.openFleet();
  const all = await listDatabases(toolbox.fleet);
  const rows = all.map(({ name, kind, state, schemas, checkedAt, url }) => [
    name,
    kind,
    state,
    schemas,
    checkedAt?.toISOString(),
    url,
  ]);
  print(host, json, all, () => table(['NAME', 'KIND', 'STATE', 'SCHEMAS', 'CHECKED', 'ADDRESS'], rows));
}

export async function runShow(host: Host, name: string, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.openFleet();
  const found = await describeDatabase(toolbox.fleet, name);
  const shown = Object.entries(found).map(
    ([key, value]) => [key, value instanceof Date ? value.toISOString() : value] as const,
  );
  print(host, json, found, () => fields(shown));
}
