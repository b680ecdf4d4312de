import { type Command, Option } from 'commander';
import { registerDatabase } from '../../fleet/databases/register-database.ts';
import { print } from '../output.ts';
import { readVariable } from '../read-variable.ts';
import type { Host } from '../toolbox.ts';
import { describeDatabase } from './database-list.ts';

interface Options {
  urlEnv: string;
  adminUrlEnv?: string;
  kind: 'shared' | 'dedicated';
  json?: boolean;
}

export function addDatabaseAdd(database: Command, host: Host): void {
  database
    .command('add <name>')
    .description('Register a further database and prepare it. Run it again to go on, or to change the addresses.')
    .requiredOption('--url-env <variable>', 'environment variable that holds its address')
    .option(
      '--admin-url-env <variable>',
      'the same by a login that can create roles and schemas, when the first cannot',
    )
    .addOption(
      new Option('--kind <kind>', 'for many companies or for one').choices(['shared', 'dedicated']).default('shared'),
    )
    .option('--json', 'print one JSON document')
    .action(async (name: string, { urlEnv, adminUrlEnv, kind, json }: Options) => {
      const url = readVariable(urlEnv);
      const adminUrl = adminUrlEnv === undefined ? undefined : readVariable(adminUrlEnv);
      await using toolbox = await host.open();
      const wanted = { name, url, adminUrl, kind: kind === 'shared' ? 'SHARED' : 'DEDICATED' } as const;
      const added = await registerDatabase(toolbox.fleet, wanted, { by: { actor: { kind: 'SYSTEM' } } });
      print(host, json, await describeDatabase(toolbox.fleet, added.name), () => `registered ${added.name}`);
    });
}
