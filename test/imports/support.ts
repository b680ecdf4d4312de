import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PgTable } from 'drizzle-orm/pg-core';
import iconv from 'iconv-lite';
import { afterAll, expect } from 'vitest';
import { clients } from '../../src/modules/clients/tables.ts';
import { events } from '../../src/modules/events/tables.ts';
import { type ImportKind, parseMapping } from '../../src/modules/imports/mapping.ts';
import { type ImportOptions, type ImportReport, runImport } from '../../src/modules/imports/run-import.ts';
import { importRuns } from '../../src/modules/imports/tables.ts';
import {
  channels,
  messageAttachments,
  messageMentions,
  messageReactions,
  messages,
} from '../../src/modules/messaging/tables.ts';
import { milestones, milestoneTasks } from '../../src/modules/milestones/tables.ts';
import { profiles } from '../../src/modules/people/tables.ts';
import { projects } from '../../src/modules/projects/tables.ts';
import { checklistItems, taskComments, taskDependencies, tasks } from '../../src/modules/tasks/tables.ts';
import { timeEntries } from '../../src/modules/time/tables.ts';
import type { TenantDb } from '../../src/tenancy/tenant-session.ts';
import { root } from '../support/sources.ts';
import type { Company } from '../support/world.ts';

/** A shipped mapping, by its name. */
export const shippedMapping = (name: string): Promise<string> => readFile(path.join(root, 'mappings', name), 'utf8');

/** A folder for the files of a test file, removed at its end. */
export async function scratchFolder() {
  const folder = await mkdtemp(path.join(tmpdir(), 'chantier-import-'));
  afterAll(() => rm(folder, { recursive: true }));
  return {
    folder,
    async write(name: string, text: string, encoding = 'utf-8'): Promise<string> {
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, iconv.encode(text, encoding as 'utf-8'));
      return file;
    },
  };
}

export const importInto = (
  company: Company,
  kind: ImportKind,
  file: string,
  mapping: string,
  options: Partial<ImportOptions> = {},
): Promise<ImportReport> =>
  runImport({
    binding: company.world.app.binding,
    tenant: company.tenant,
    kind,
    file,
    mapping: parseMapping(mapping, kind),
    onError: 'stop',
    ...options,
  });

export const read = <T>(company: Company, fn: (db: TenantDb) => Promise<T>): Promise<T> =>
  company.world.app.binding.read(company.tenant, fn);

const written = {
  ...{ clients, projects, tasks, timeEntries, channels, messages, profiles, importRuns, events },
  ...{ milestones, milestoneTasks, taskComments, checklistItems, messageReactions, messageAttachments },
};
/** Tables without an id. */
const joining = { taskDependencies, messageMentions };

/** Every row that imports may write, to see that nothing of it changes. */
export const everything = (company: Company): Promise<Record<string, object[]>> =>
  read(company, async (db) => {
    const rows: Record<string, object[]> = {};
    for (const [name, table] of Object.entries(written)) {
      rows[name] = await db
        .select()
        .from(table as PgTable)
        .orderBy((table as typeof tasks).id);
    }
    for (const [name, table] of Object.entries(joining)) {
      const found = await db.select().from(table as PgTable);
      rows[name] = found
        .map((row) => JSON.stringify(row))
        .sort()
        .map((row) => JSON.parse(row) as object);
    }
    return rows;
  });

/**
 * Imports a file twice with a shipped mapping. Returns the number of rows of each type that the first import created.
 */
export async function importTwice(
  company: Company,
  kind: ImportKind,
  name: string,
  file: string,
): Promise<Record<string, number>> {
  const mapping = await shippedMapping(`${name}.yaml`);
  const report = await importInto(company, kind, file, mapping);
  expect(report.skipped).toEqual([]);
  expect(report.changes).toMatchObject({ updated: {}, deleted: {} });
  const before = await everything(company);
  const again = await importInto(company, kind, file, mapping, { batchSize: 1 });
  expect(again.changes).toEqual({ created: {}, updated: {}, deleted: {} });
  expect(await everything(company)).toEqual(before);
  return report.changes.created;
}
