import type { Command } from 'commander';
import { type DatabaseSummary, listDatabases } from '../../fleet/databases/list-databases.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { AppError } from '../../lib/errors.ts';
import { print, table } from '../output.ts';
import type { Host } from '../toolbox.ts';

/** Throws NOT_FOUND. */
export async function describeDatabase(fleet: Fleet, name: string): Promise<DatabaseSummary> {
  const found = (await listDatabases(fleet)).find((database) => database.name === name);
  if (!found) throw new AppError('NOT_FOUND', `There is no database ${name}`);
  return found;
}

export function addDatabaseList(database: Command, host: Host): void {
  database
    .command('list')
    .description('List the databases where companies live.')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { json?: boolean }) => {
      await using toolbox = await host.open();
      const all = await listDatabases(toolbox.fleet);
      print(host, json, all, () =>
        table(
          ['NAME', 'KIND', 'STATE', 'SCHEMAS', 'CHECKED', 'ADDRESS'],
          all.map((each) => [
            each.name,
            each.kind,
            each.state,
            each.schemas,
            each.checkedAt?.toISOString() ?? null,
            each.url,
          ]),
        ),
      );
    });
}

export function addDatabaseShow(database: Command, host: Host): void {
  database
    .command('show <name>')
    .description('Show one database: where it is, what it holds, and how it was when it was last asked.')
    .option('--json', 'print one JSON document')
    .action(async (name: string, { json }: { json?: boolean }) => {
      await using toolbox = await host.open();
      const found = await describeDatabase(toolbox.fleet, name);
      const rows = Object.entries(found).map(([key, value]) => [
        `${key}:`,
        value instanceof Date ? value.toISOString() : value,
      ]);
      print(host, json, found, () => rows.map(([key, value]) => `${String(key).padEnd(12)}${value ?? '-'}`).join('\n'));
    });
}
