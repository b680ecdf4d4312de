import { retireDatabase } from '../../fleet/databases/retire-database.ts';
import type { JsonFlag } from '../flags.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

export async function run(host: Host, name: string, { json }: JsonFlag): Promise<void> {
  await using toolbox = await host.open();
  const { id } = await toolbox.fleet.databases.getByName(name);
  await toolbox.catalog.write((tx) => retireDatabase(tx, id, { actor: { kind: 'SYSTEM' } }));
  print(host, json, { id, name, state: 'RETIRED' }, () => `retired ${name}`);
}
