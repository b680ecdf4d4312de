import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'csv-parse/sync';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createClient, createProject } from '../projects/support.ts';
import { commandLine } from '../support/command-line.ts';
import { ownWorld } from '../support/own-world.ts';
import type { Company, World } from '../support/world.ts';
import { filledCompany, scratchFolder } from './support.ts';

const folder = await scratchFolder();
let server: World;
let company: Company;
let slug: string;
let chantier: ReturnType<typeof commandLine>;

beforeAll(async () => {
  server = await ownWorld();
  chantier = commandLine(server.app);
  company = await filledCompany(server, { perTable: 5 });
  slug = company.tenant.slug;
  return () => server[Symbol.asyncDispose]();
});

/** Runs a command that must succeed, and gives what it prints. */
async function run<T = Record<string, never>>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await chantier([...args, '--json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

const backup = (...more: string[]) => run<{ file: string }>('tenant', 'backup', slug, '--to', folder, ...more);
const names = async (name = folder) => (await readdir(name)).sort();
const clientNames = async (of: string): Promise<string[]> => {
  const tenant = await server.app.directory.getBySlug(of);
  const rows = await server.app.binding.read(tenant, (db) => db.execute(sql`select name from clients order by id`));
  return rows.map(({ name }) => String(name));
};

describe('chantier tenant backup', () => {
  it('writes a file that tar and zstd can read, and that verify proves', async () => {
    const { file } = await backup();
    expect(path.basename(file)).toMatch(new RegExp(`^${slug}\\.${company.tenant.id}\\.\\d{8}T\\d{9}Z\\.tar$`));
    const { stdout } = await promisify(execFile)('tar', ['-tf', file]);
    expect(stdout.trim().split('\n')).toEqual(
      expect.arrayContaining(['data/clients/000001.copy.zst', 'manifest.json']),
    );
    const proven = await run<{ rows: number }>('tenant', 'verify', file);
    expect(proven.rows).toBeGreaterThan(50);
  });

  it('restores as a new organization, with an owner', async () => {
    const { file } = await backup();
    const user = await server.user();
    const made = await run('tenant', 'restore', file, '--as', 'second', '--name', 'Second', '--owner', user.email);
    expect(made).toMatchObject({ slug: 'second', name: 'Second', status: 'ACTIVE', timeZone: 'Europe/Paris' });
    expect(await clientNames('second')).toEqual(await clientNames(slug));
    const taken = await chantier(['tenant', 'restore', file, '--as', 'second']);
    expect([taken.code, taken.stderr]).toEqual([5, 'The slug second is taken\n']);
    const nobody = await chantier(['tenant', 'restore', file, '--as', 'third', '--owner', 'nobody@example.test']);
    expect(nobody.code).toBe(4);
  });

  it('restores over an organization, after saving its current state', async () => {
    const { file } = await backup();
    const before = await clientNames(slug);
    await createClient(await company.as('OWNER'), { name: 'Afterwards' });
    const { safetyArchive } = await run<{ safetyArchive: string }>('tenant', 'restore', file, '--over', slug, '--yes');
    expect(await clientNames(slug)).toEqual(before);
    await run('tenant', 'restore', safetyArchive, '--over', slug, '--yes', '--no-safety');
    expect(await clientNames(slug)).toContain('Afterwards');
  });

  it('restores another organization’s archive only if a flag allows it', async () => {
    const { file } = await backup();
    const other = await server.company('Other');
    const restore = ['tenant', 'restore', file, '--over', other.tenant.slug, '--yes', '--no-safety'];
    const refused = await chantier(restore);
    expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('add --from-another')]);
    expect(await clientNames(other.tenant.slug)).not.toEqual(await clientNames(slug));
    await run(...restore, '--from-another');
    expect(await clientNames(other.tenant.slug)).toEqual(await clientNames(slug));
  });

  it('encrypts with a passphrase or a key, and opens with no other', async () => {
    process.env.ARCHIVE_TEST_WORDS = 'correct horse';
    process.env.ARCHIVE_TEST_KEY = randomBytes(32).toString('base64');
    onTestFinished(() => {
      delete process.env.ARCHIVE_TEST_WORDS;
      delete process.env.ARCHIVE_TEST_KEY;
    });
    const words = ['--passphrase-env', 'ARCHIVE_TEST_WORDS'];
    const { file } = await backup(...words);
    expect(file).toMatch(/\.tar\.sealed$/);
    expect((await readFile(file)).includes('manifest')).toBe(false);
    await run('tenant', 'verify', file, ...words);
    const keyed = await backup('--key-env', 'ARCHIVE_TEST_KEY');
    await run('tenant', 'verify', keyed.file, '--key-env', 'ARCHIVE_TEST_KEY');
    const plain = (await backup()).file;
    for (const wrong of [
      [file],
      [file, '--key-env', 'ARCHIVE_TEST_KEY'],
      [plain, ...words],
      [file, ...words, '--key-env', 'ARCHIVE_TEST_KEY'],
    ]) {
      const { code, stderr } = await chantier(['tenant', 'verify', ...wrong]);
      expect([code, stderr.length > 0]).toEqual([2, true]);
    }
    const restore = ['tenant', 'restore', keyed.file, '--over', slug, '--yes', '--key-env', 'ARCHIVE_TEST_KEY'];
    const { safetyArchive } = await run<{ safetyArchive: string }>(...restore);
    expect(safetyArchive).toMatch(/\.sealed$/);
  });

  it('deletes old archives of the organization, but never the last', async () => {
    const own = path.join(folder, 'old');
    const first = await run<{ file: string }>('tenant', 'backup', slug, '--to', own);
    const old = (id: string, day: string, name = slug) => path.join(own, `${name}.${id}.202001${day}T000000000Z.tar`);
    const { id } = company.tenant;
    const others = old('0190a5c0-0000-7000-8000-000000000000', '01', 'other');
    const partial = path.join(own, `.${slug}.${id}.20200101T000000000Z.tar.abcd.partial`);
    for (const file of [old(id, '01'), old(id, '02', 'renamed-since'), others, partial]) await writeFile(file, 'x');
    await utimes(partial, 0, 0);
    const second = await run<{ file: string }>('tenant', 'backup', slug, '--to', own, '--keep-days', '30');
    expect(await names(own)).toEqual([others, first.file, second.file].map((file) => path.basename(file)).sort());
  });
});

describe('chantier tenant backup --all', () => {
  it('backs up every organization, and resumes where it was stopped', async () => {
    const own = path.join(folder, 'all');
    for (const name of ['A', 'B', 'C', 'D']) await server.company(name);
    const stop = new AbortController();
    const out = await chantier(['tenant', 'backup', '--all', '--to', own, '--parallel', '1', '--json'], {
      signal: stop.signal,
      isTTY: true,
      onStderr: () => stop.abort(),
    });
    expect(out.code).toBe(6);
    const stopped = JSON.parse(out.stdout) as { run: string; done: unknown[] };
    expect(out.stderr).toContain(`--resume ${stopped.run}`);
    expect(stopped.done).toHaveLength(1);
    const rest = await run<{ done: unknown[]; earlier: string[] }>(
      'tenant',
      'backup',
      '--all',
      '--to',
      own,
      '--resume',
      stopped.run,
    );
    const total = rest.done.length + 1;
    expect(rest.earlier).toHaveLength(1);
    expect(total).toBeGreaterThan(4);
    expect(await names(own)).toHaveLength(total);
  });

  it('reports a failure, keeps that organization’s older archives, and backs up the others', async () => {
    const own = path.join(folder, 'some');
    const broken = await server.company('Broken');
    await server.app.catalog.write((tx) =>
      tx.execute(
        sql`update tenant_schemas set schema_name = 'tenant_gone' where schema_name = ${broken.tenant.schemaName}`,
      ),
    );
    const out = await chantier(['tenant', 'backup', '--all', '--to', own, '--keep-days', '1', '--json']);
    expect(out.code).toBe(6);
    expect(JSON.parse(out.stdout).failed).toEqual([
      { slug: broken.tenant.slug, error: expect.stringContaining(broken.tenant.schemaName) },
    ]);
    expect((await names(own)).length).toBeGreaterThan(4);
    await server.app.catalog.write((tx) =>
      tx.execute(
        sql`update tenant_schemas set schema_name = ${broken.tenant.schemaName} where schema_name = 'tenant_gone'`,
      ),
    );
  });
});

describe('chantier tenant clone', () => {
  it('creates an organization with the current state, and leaves no file', async () => {
    const made = await run('tenant', 'clone', slug, 'cloned');
    expect(made).toMatchObject({ slug: 'cloned', status: 'ACTIVE' });
    expect(await clientNames('cloned')).toEqual(await clientNames(slug));
    const members = await server.app.catalog.read((db) =>
      db.execute(
        sql`select 1 from user_organizations m join organizations o on o.id = m.organization_id where o.slug = 'cloned'`,
      ),
    );
    expect([...members]).toEqual([]);
  });
});

describe('chantier tenant export', () => {
  it('writes JSON Lines with every value', async () => {
    const to = path.join(folder, 'jsonl');
    const { tables } = await run<{ tables: { file: string; rows: number }[] }>(
      'tenant',
      'export',
      slug,
      '--format',
      'jsonl',
      '--to',
      to,
    );
    expect(await names(to)).toEqual([...tables.map(({ file }) => file), 'manifest.json'].sort());
    for (const { file, rows } of tables) {
      const lines = (await readFile(path.join(to, file), 'utf8')).split('\n').slice(0, -1);
      expect([file, lines.length]).toEqual([file, rows]);
      for (const line of lines) JSON.parse(line);
    }
    const text = await readFile(path.join(to, 'profiles.jsonl'), 'utf8');
    const zoe = text
      .split('\n')
      .map((line) => (line ? JSON.parse(line) : {}))
      .find(({ first_name }) => first_name === 'Zoë');
    expect(zoe).toMatchObject({
      last_name: '\\N',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(await readFile(path.join(to, 'tasks.jsonl'), 'utf8')).not.toContain('"search"');
    const again = await chantier(['tenant', 'export', slug, '--format', 'csv', '--to', to]);
    expect(again.code).toBe(5);
  });

  it('writes CSV that parsers read, and that spreadsheets do not execute', async () => {
    const owner = await company.as('OWNER');
    const clientId = await createClient(owner, { name: '=cmd|" /C calc"!A0', mainContact: '-1+2' });
    await createProject(owner, { clientId, description: 'two\r\nlines, "quoted"' });
    const to = path.join(folder, 'csv');
    await run('tenant', 'export', slug, '--format', 'csv', '--to', to);
    const text = await readFile(path.join(to, 'clients.csv'), 'utf8');
    expect(text.split('\r\n')[0]).toBe(
      'id,name,main_contact,contact_id,sector,external_reference,version,created_at,updated_at',
    );
    const rows = parse(text, { columns: true, record_delimiter: '\r\n' }) as Record<string, string>[];
    expect(rows.find(({ main_contact }) => main_contact === "'-1+2")).toMatchObject({ name: `'=cmd|" /C calc"!A0` });
    const projects = parse(await readFile(path.join(to, 'projects.csv'), 'utf8'), {
      columns: true,
      record_delimiter: '\r\n',
    }) as Record<string, string>[];
    expect(projects.map(({ description }) => description)).toContain('two\r\nlines, "quoted"');
    const events = parse(await readFile(path.join(to, 'events.csv')), { columns: true }) as Record<string, string>[];
    expect(Object.keys(events[0]!)).not.toContain('xid');
    const tasks = parse(await readFile(path.join(to, 'tasks.csv')), { columns: true }) as Record<string, string>[];
    for (const { tags } of tasks) expect(JSON.parse(tags!)).toBeInstanceOf(Array);
  });
});
