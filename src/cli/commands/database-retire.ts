import type { Command } from 'commander';
import { retireDatabase } from '../../fleet/databases/retire-database.ts';
import { print } from '../output.ts';
import type { Host } from '../toolbox.ts';

export function addDatabaseRetire(database: Command, host: Host): void {
  database
    .command('retire <name>')
    .description('Stop using a database that holds no company any more. What else is in it stays there.')
    .option('--json', 'print one JSON document')
    .action(async (name: string, { json }: { json?: boolean }) => {
      await using toolbox = await host.open();
      const { id } = await toolbox.fleet.databases.getByName(name);
      await toolbox.catalog.write((tx) => retireDatabase(tx, id, { actor: { kind: 'SYSTEM' } }));
      print(host, json, { id, name, state: 'RETIRED' }, () => `retired ${name}`);
    });
}
