import type { Command } from 'commander';
import { checkDatabase } from '../../fleet/databases/check-database.ts';
import { AppError } from '../../lib/errors.ts';
import { print, table } from '../output.ts';
import type { Host } from '../toolbox.ts';

export function addDatabaseCheck(database: Command, host: Host): void {
  database
    .command('check [name]')
    .description('Ask every database, or one, whether it answers and is the one that was registered.')
    .option('--json', 'print one JSON document')
    .action(async (name: string | undefined, { json }: { json?: boolean }) => {
      await using toolbox = await host.open();
      const { fleet } = toolbox;
      const wanted = name === undefined ? await fleet.databases.list() : [await fleet.databases.getByName(name)];
      const checks = await Promise.all(wanted.map((each) => checkDatabase(fleet, each)));
      const shown = checks.map(({ database: { name }, checkedAt, error }) => ({ name, checkedAt, error }));
      const rows = shown.map((each) => [each.name, each.error ?? 'answers']);
      print(host, json, shown, () => table(['NAME', 'STATE'], rows));
      const failed = shown.filter(({ error }) => error !== null);
      if (failed.length) throw new AppError('UNAVAILABLE', `${failed.length} of the databases cannot be used now`);
    });
}
