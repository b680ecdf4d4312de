import { checkDatabase } from '../../fleet/databases/check-database.ts';
import { AppError } from '../../lib/errors.ts';
import type { JsonFlag } from '../flags.ts';
import { print, table } from '../output.ts';
import type { Host } from '../toolbox.ts';

export async function run(host: Host, name: string | undefined, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.openFleet();
  const { fleet } = toolbox;
  const wanted = name === undefined ? await fleet.databases.list() : [await fleet.databases.getByName(name)];
  const checks = await Promise.all(wanted.map((each) => checkDatabase(fleet, each)));
  const shown = checks.map(({ database: { name }, checkedAt, error }) => ({ name, checkedAt, error }));
  const rows = shown.map((each) => [each.name, each.error ?? 'answers']);
  print(host, json, shown, () => table(['NAME', 'STATE'], rows));
  const failed = shown.filter(({ error }) => error !== null);
  if (failed.length) throw new AppError('UNAVAILABLE', `${failed.length} of the databases cannot be used`);
}
