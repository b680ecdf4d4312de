import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { SlotPool } from '../../src/db/slot-pool.ts';
import { importRuns } from '../../src/modules/imports/tables.ts';
import { type BindingOptions, type OpenOptions, TenantBinding } from '../../src/tenancy/binding.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import type { TenantTx } from '../../src/tenancy/tenant-session.ts';
import { Backends } from '../support/backends.ts';
import { root } from '../support/sources.ts';
import { testSecret } from '../support/test-secret.ts';
import { type Company, world } from '../support/world.ts';
import { everything, importInto, read, scratchFolder } from './support.ts';

const mapping = `
name: tool
file: { format: csv }
project: { reference: 'tool:project:{Project}', name: '{Project}' }
person: { reference: 'tool:person:{person}', firstName: '{person}' }
task: { reference: 'tool:task:{Id}', name: '{Title}', startDate: '{Start}' }
time: { reference: 'tool:time:{Id}:{Who}', person: '{Who}', day: '{Start}', hours: '{Hours}', spread: 8 }
`;
const people = ['Ada', 'Grace', 'Edsger'];
const rowsOf = (length: number) =>
  Array.from(
    { length },
    (_, index) =>
      `${index >> 1},Task ${index >> 1},P${index % 7},2024-01-0${1 + (index % 9)},${people[index % 3]},${index % 60}`,
  );
const textOf = (length: number) => ['Id,Title,Project,Start,Who,Hours', ...rowsOf(length)].join('\n');
const folder = await scratchFolder();
const file = await folder.write('tasks.csv', textOf(60));
const longFile = await folder.write('many.csv', textOf(600));
const mappingFile = await folder.write('mapping.yaml', mapping);
const server = await world();
const options = { batchSize: 10 };

/** All imported data, without ids and times, to compare organizations. */
const content = (company: Company) =>
  read(company, async (db) => {
    const [row] = await db.execute<Record<string, string>>(sql`select
      (select string_agg(concat_ws('|', t.external_reference, t.name, t.status, p.name), ' ' order by t.external_reference)
         from tasks t join projects p on p.id = t.project_id) as tasks,
      (select string_agg(concat_ws('|', e.external_reference, e.work_date, e.hours, f.first_name), ' ' order by e.external_reference)
         from time_entries e join profiles f on f.id = e.profile_id) as time,
      (select string_agg(concat_ws('|', name, start_date), ' ' order by name) from projects) as projects`);
    return row!;
  });

const untouched = async (whole: string) => {
  const company = await server.company();
  await importInto(company, 'tasks', whole, mapping);
  return content(company);
};

const commandFor = ({ tenant }: Company): string[] => [
  ...['import', 'tasks', longFile, '--tenant', tenant.slug],
  ...['--map', mappingFile, '--batch-size', '1'],
];

const environment = () => ({
  ...process.env,
  NODE_ENV: 'test',
  DATABASE_URL: server.databaseUrl,
  SECRET: testSecret,
});

async function rowsDone(company: Company): Promise<number> {
  const [run] = await read(company, (db) => db.select({ rowsDone: importRuns.rowsDone }).from(importRuns));
  return run?.rowsDone ?? 0;
}

/** Delays the end of a writing transaction until a kill sent during it has arrived, so that no kill comes too late. */
class WaitingBinding extends TenantBinding {
  readonly #killed: () => Promise<unknown> | undefined;
  isWriting = false;

  constructor(options: BindingOptions, killed: () => Promise<unknown> | undefined) {
    super(options);
    this.#killed = killed;
  }

  override write<T>(tenant: Tenant, fn: (tx: TenantTx) => Promise<T>, options?: OpenOptions): Promise<T> {
    const work = async (tx: TenantTx): Promise<T> => {
      this.isWriting = true;
      const result = await fn(tx);
      this.isWriting = false;
      await this.#killed();
      return result;
    };
    return super.write(tenant, work, options);
  }
}

/** Imports over a connection that is killed at this statement of the writing transaction. */
async function importWithKillAt(company: Company, statement: number): Promise<void> {
  const applicationName = `import ${company.tenant.slug}`;
  await using backends = new Backends(company.world.databaseUrl);
  await backends.query('select 1');
  let sent = 0;
  let killed: Promise<unknown> | undefined;
  await using pool = new SlotPool({
    url: company.world.app.installation.appUrl,
    size: 1,
    applicationName,
    onStatement: () => {
      if (binding.isWriting && ++sent === statement) killed = backends.kill(applicationName);
    },
  });
  const binding = new WaitingBinding({ pools: { poolOf: () => pool } }, () => killed);
  try {
    await importInto(company, 'tasks', file, mapping, { ...options, binding });
  } finally {
    await killed;
  }
}

describe('an interrupted import', async () => {
  const expected = await untouched(file);

  it('resumes after the last complete batch', async () => {
    const company = await server.company();
    const stop = new AbortController();
    const onProgress = ({ rows }: { rows: number }) => rows === 30 && stop.abort();
    const first = importInto(company, 'tasks', file, mapping, { ...options, onProgress, signal: stop.signal });
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED', message: expect.stringContaining('after 30 rows') });
    const [run] = await read(company, (db) => db.select().from(importRuns));
    expect(run).toMatchObject({ rowsDone: 30, finishedAt: null });

    const report = await importInto(company, 'tasks', file, mapping, options);
    expect(report).toMatchObject({ resumedAt: 30, rows: 60, changes: { created: { Task: 30 }, updated: {} } });
    expect(await content(company)).toEqual(expected);
    expect(await read(company, (db) => db.select({ finishedAt: importRuns.finishedAt }).from(importRuns))).toEqual([
      { finishedAt: expect.any(Date) },
    ]);
  });

  it('resumes after its process was killed', async () => {
    const company = await server.company();
    const child = spawn(process.execPath, ['bin/chantier.js', ...commandFor(company)], {
      cwd: root,
      env: environment(),
    });
    const ended = once(child, 'exit');
    await vi.waitUntil(async () => (await rowsDone(company)) > 0, { timeout: 60_000, interval: 5 });
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    // The last commit of the killed process may still arrive: the new import then fails once with a conflict
    const report = await vi.waitFor(() => importInto(company, 'tasks', longFile, mapping, options), 60_000);
    expect(report.resumedAt).toBeGreaterThan(0);
    expect(report.resumedAt).toBeLessThan(600);
    expect(await content(company)).toEqual(await untouched(longFile));
  });

  it('leaves no duplicates if its connection is killed at any statement', async () => {
    const company = await server.company();
    let failures = 0;
    for (let statement = 1; ; statement += 3) {
      try {
        await importWithKillAt(company, statement);
        break;
      } catch (error) {
        expect(error).toMatchObject({ code: 'CONNECTION_LOST' });
        failures++;
      }
    }
    expect(failures).toBeGreaterThan(1);
    expect(await content(company)).toEqual(expected);
    const before = await everything(company);
    await importInto(company, 'tasks', file, mapping, options);
    expect(await everything(company)).toEqual(before);
  });

  it('cannot be run by two processes at once', async () => {
    const company = await server.company();
    const both = await Promise.allSettled([
      importInto(company, 'tasks', file, mapping, options),
      importInto(company, 'tasks', file, mapping, options),
    ]);
    const failed = both.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    for (const error of failed) expect(error).toMatchObject({ code: 'TRANSACTION_CONFLICT' });
    expect(failed.length).toBeLessThan(2);
    expect(await content(company)).toEqual(expected);
  });
});
