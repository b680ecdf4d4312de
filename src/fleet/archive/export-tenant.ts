import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { CopyTx } from '../../db/admin.ts';
import { AppError } from '../../lib/errors.ts';
import { type AuditActor, recordAudit } from '../../tenancy/audit.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { stopIfAborted } from '../copy/interrupted.ts';
import { inSnapshot } from '../copy/snapshot.ts';
import type { TenantTable } from '../copy/tenant-tables.ts';
import type { Fleet, FleetAdmins } from '../fleet.ts';
import { copyCsv, copyJson, countRows, withCarriageReturns } from './export-text.ts';

export const exportFormats = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions {
  format: ExportFormat;
  /** A folder that does not exist yet; it is created. */
  folder: string;
  actor?: AuditActor | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: { tables: number; totalTables: number }) => void) | undefined;
}

export interface Exported {
  organization: { slug: string; name: string };
  format: ExportFormat;
  exportedAt: string;
  tables: { file: string; rows: number }[];
}

/** Tables and columns that have a meaning only inside the program. */
const internalTables = new Set(['idempotency_keys', 'import_runs']);
const internalColumns: Readonly<Record<string, readonly string[]>> = { events: ['era', 'xid', 'seq'] };

/**
 * Writes one snapshot of an organization's data for people and their tools: a file for each table, and `manifest.json`
 * with the numbers of rows. An export cannot be restored. Throws ALREADY_EXISTS if the folder exists.
 */
export async function exportTenant(
  fleet: Fleet,
  admins: FleetAdmins,
  tenant: Tenant,
  options: ExportOptions,
): Promise<Exported> {
  await makeFolder(options.folder);
  const { format, actor = { kind: 'SYSTEM' } } = options;
  const tables = await admins.at(tenant, (admin, { roles }) => {
    const { schemaName } = tenant;
    const source = { schemaName, ownerRole: roles.owner, migrations: fleet.lines.everything() };
    return inSnapshot(admin, source, async (tx, all) => {
      const shown = all.filter(({ name }) => !internalTables.has(name)).map(withoutInternals);
      const files: Exported['tables'] = [];
      for (const table of shown) {
        stopIfAborted(options.signal);
        files.push(await exportTable(tx, schemaName, table, options));
        options.onProgress?.({ tables: files.length, totalTables: shown.length });
      }
      return files;
    });
  });
  const { slug, name } = tenant;
  const exported = { organization: { slug, name }, format, exportedAt: new Date().toISOString(), tables };
  await writeFile(path.join(options.folder, 'manifest.json'), `${JSON.stringify(exported, null, 2)}\n`, {
    mode: 0o600,
  });
  await fleet.catalog.write((tx) =>
    recordAudit(tx, {
      actor,
      action: 'organization.exported',
      organizationId: tenant.id,
      metadata: { format, folder: options.folder },
    }),
  );
  return exported;
}

async function exportTable(
  tx: CopyTx,
  schemaName: string,
  table: TenantTable,
  { format, folder, signal }: ExportOptions,
): Promise<Exported['tables'][number]> {
  const file = `${table.name}.${format}`;
  const [counted] = await tx.run<{ rows: number }>(countRows(schemaName, table));
  const output = createWriteStream(path.join(folder, file), { mode: 0o600, flags: 'wx' });
  try {
    const rows = tx.copyOut(format === 'csv' ? copyCsv(schemaName, table) : copyJson(schemaName, table));
    if (format === 'csv') await pipeline(rows, withCarriageReturns(), output, { ...(signal && { signal }) });
    else await pipeline(rows, output, { ...(signal && { signal }) });
  } catch (error) {
    stopIfAborted(signal);
    throw error;
  }
  return { file, rows: counted!.rows };
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new AppError('ALREADY_EXISTS', `${folder} already exists: name a new folder`);
  }
}

const withoutInternals = (table: TenantTable): TenantTable => {
  const hidden = internalColumns[table.name] ?? [];
  return { ...table, columns: table.columns.filter(({ name }) => !hidden.includes(name)) };
};
