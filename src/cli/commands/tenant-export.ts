import { type Command, Option } from 'commander';
import { type ExportFormat, exportFormats, exportTenant } from '../../fleet/archive/export-tenant.ts';
import { allAdminsOf } from '../../fleet/fleet.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host } from '../toolbox.ts';

interface Flags {
  format: ExportFormat;
  to: string;
  json?: boolean;
}

export function addTenantExport(tenant: Command, host: Host): void {
  tenant
    .command('export <slug>')
    .description('Write a company’s data for people: a file for each table. It cannot be restored; see tenant backup.')
    .addOption(new Option('--format <format>', 'of the files').choices(exportFormats).makeOptionMandatory())
    .requiredOption('--to <folder>', 'a new folder')
    .option('--json', 'print one JSON document')
    .action(async (slug: string, { format, to, json }: Flags) => {
      await using toolbox = await host.open();
      const tenant = await toolbox.directory.getBySlug(slug);
      await using admins = allAdminsOf(toolbox.fleet);
      using bar = new ProgressBar(host.stderr, 'tables');
      const exported = await exportTenant(toolbox.fleet, admins, tenant, {
        format,
        folder: to,
        signal: host.signal,
        onProgress: ({ tables, totalTables }) => bar.show(tables / totalTables, tables),
      });
      const rows = exported.tables.reduce((sum, table) => sum + table.rows, 0);
      print(host, json, exported, () => `${to}: ${rows} rows in ${exported.tables.length} files`);
    });
}
