import { type ExportFormat, exportTenant } from '../../fleet/archive/export-tenant.ts';
import { allAdminsOf } from '../../fleet/fleet.ts';
import { print } from '../output.ts';
import { ProgressBar } from '../progress.ts';
import type { Host } from '../toolbox.ts';

export interface Flags {
  format: ExportFormat;
  to: string;
  json?: boolean;
}

export async function run(host: Host, slug: string, { format, to, json }: Flags): Promise<void> {
  await using toolbox = await host.open();
  const tenant = await toolbox.directory.getBySlug(slug);
  await using admins = allAdminsOf(toolbox.fleet);
  using bar = new ProgressBar(host, 'tables');
  const exported = await exportTenant(toolbox.fleet, admins, tenant, {
    format,
    folder: to,
    signal: host.signal,
    onProgress: ({ tables, totalTables }) => bar.show(tables / totalTables, tables),
  });
  const rows = exported.tables.reduce((sum, table) => sum + table.rows, 0);
  print(host, json, exported, () => `${to}: ${rows} rows in ${exported.tables.length} files`);
}
