import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readArchiveName } from '../../src/fleet/archive/archive-names.ts';
import { backupAll } from '../../src/fleet/archive/backup-all.ts';
import { backupTenant } from '../../src/fleet/archive/backup-tenant.ts';
import { openArchive, partsOf } from '../../src/fleet/archive/open-archive.ts';
import { verifyArchive } from '../../src/fleet/archive/verify-archive.ts';
import { drill } from '../../src/fleet/backups/drill.ts';
import { Seal } from '../../src/lib/seal.ts';
import { FolderStorage } from '../../src/storage/folder-storage.ts';
import { createClient } from '../projects/support.ts';
import { ownWorld } from '../support/own-world.ts';
import type { Company, Member, World } from '../support/world.ts';
import { archiveOf, scratchFolder, withAdmins } from './support.ts';

const root = await scratchFolder();
const dayMs = 24 * 60 * 60_000;
const identity = await generateIdentity();
const recipient = await identityToRecipient(identity);
const key = { identities: [identity] };
let world: World;
let company: Company;
let owner: Member;
let folder: string;
let count = 0;

beforeAll(async () => {
  world = await ownWorld();
  company = await world.company('Kept');
  owner = await company.as('OWNER');
  // The same several parts of one table in every run of this test
  await world.app.binding.write(company.tenant, (tx) =>
    tx.execute(sql`insert into clients (id, name, sector, created_at, updated_at)
      select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Client ' || n,
        (select string_agg(md5(n || '-' || m), '') from generate_series(1, 60) m), '2026-11-01', '2026-11-01'
      from generate_series(1, 3000) n`),
  );
});

afterAll(() => world[Symbol.asyncDispose]());

beforeEach(async () => {
  folder = path.join(root, `${++count}`);
  await mkdir(folder);
});

const storage = () => new FolderStorage(folder);
const stampOn = (day: number) => `202611${String(day).padStart(2, '0')}T020000000Z`;

/** The scheduled backup of a day, with a full archive once a week; the names of the archives then. */
async function backUp(day: number, more: Partial<Parameters<typeof backupAll>[1]> = {}): Promise<string[]> {
  const settings = { storage: storage(), fullEveryMs: 7 * dayMs, key: { recipients: [recipient] } };
  const report = await backupAll(world.app.fleet, { ...settings, run: stampOn(day), ...more });
  expect(report).toMatchObject({ failed: [], interrupted: false });
  return (await readdir(folder)).filter((name) => readArchiveName(name)).sort();
}

const sizeOf = async (name: string): Promise<number> => (await readFile(path.join(folder, name))).length;
const open = (name: string) => openArchive({ storage: storage(), name }, key);
const basesOf = (names: string[]) => names.map((name) => readArchiveName(name)?.base);

describe('an incremental archive', () => {
  it('contains what has changed, and gives the same rows as a full one', async () => {
    await backUp(1);
    await createClient(owner, { name: 'New' });
    const [full, incremental] = (await backUp(2)) as [string, string];
    expect(basesOf([full, incremental])).toEqual([undefined, stampOn(1)]);
    expect(await sizeOf(incremental)).toBeLessThan((await sizeOf(full)) / 2);
    const archive = await open(incremental);
    const parts = archive.manifest.tables.find(({ name }) => name === 'clients')!.parts;
    expect(parts.filter(({ inBase }) => inBase).length).toBeGreaterThan(1);
    const state = await textsOfTables(archive);
    expect(state).toEqual(await textsOfTables(await archiveOf(world, company.tenant, folder)));
    await withAdmins(world, (admins) => verifyArchive(world.app.fleet, admins, archive));
  });

  it('is a full one again after a week, for other recipients, and without the index of the last one', async () => {
    await backUp(1);
    const other = { recipients: [recipient, await identityToRecipient(await generateIdentity())] };
    expect(basesOf(await backUp(2, { key: other }))).toEqual([undefined, undefined]);
    expect(basesOf(await backUp(3, { key: other })).at(-1)).toBe(stampOn(2));
    expect(basesOf(await backUp(9, { key: other })).at(-1)).toBeUndefined();
    for (const name of await readdir(folder)) if (name.endsWith('.index')) await rm(path.join(folder, name));
    expect(basesOf(await backUp(10, { key: other })).at(-1)).toBeUndefined();
  });

  it('does not refer to a damaged archive, nor to one whose index another secret sealed or somebody changed', async () => {
    const [full] = (await backUp(1)) as [string];
    const index = path.join(folder, `${full}.index`);
    const [archive, sealed] = [await readFile(path.join(folder, full)), await readFile(index, 'utf8')];
    const damaged = Buffer.from(archive);
    damaged[1000]! ^= 1;
    await writeFile(path.join(folder, full), damaged);
    expect(basesOf(await backUp(2)).at(-1)).toBeUndefined();
    await writeFile(path.join(folder, full), archive);
    const foreign = new Seal('another secret of at least 32 characters').seal('{}', `index of ${full}`);
    for (const content of [foreign, sealed.slice(0, -4)]) {
      await rm(folder, { recursive: true });
      await mkdir(folder);
      await writeFile(path.join(folder, full), archive);
      await writeFile(index, content);
      expect(basesOf(await backUp(3)).at(-1)).toBeUndefined();
    }
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await writeFile(path.join(folder, full), archive);
    await writeFile(index, sealed);
    expect(basesOf(await backUp(3)).at(-1)).toBe(stampOn(1));
  });

  it('keeps its base, whatever retention says', async () => {
    await backUp(1, { keepCount: 1 });
    expect(basesOf(await backUp(2, { keepCount: 1 }))).toEqual([undefined, stampOn(1)]);
    expect(basesOf(await backUp(3, { keepCount: 1 }))).toEqual([undefined, stampOn(1)]);
    // A command that knows nothing of the schedule
    const after = await backUp(4, { keepCount: 1, fullEveryMs: undefined });
    expect(after.map((name) => readArchiveName(name)!.stamp)).toEqual([stampOn(1), stampOn(4)]);
    expect(basesOf(await backUp(9, { keepCount: 1 }))).toEqual([undefined]);
    expect((await readdir(folder)).length).toBe(2);
  });

  it('fails a drill when its base is damaged or gone, and does not open with another one', async () => {
    await backUp(1);
    const [full, incremental] = (await backUp(2)) as [string, string];
    const check = () => drill(world.app.fleet, { storage: storage(), key, share: 1 });
    expect(await check()).toMatchObject({ verified: [{ slug: company.tenant.slug }], failed: [] });
    const bytes = await readFile(path.join(folder, full));
    const damaged = Buffer.from(bytes);
    damaged[bytes.length >> 1]! ^= 1;
    await writeFile(path.join(folder, full), damaged);
    expect((await check()).failed).toEqual([
      {
        slug: company.tenant.slug,
        file: path.join(folder, incremental),
        error: expect.objectContaining({ code: 'BAD_INPUT' }),
      },
    ]);
    await rm(path.join(folder, full));
    expect((await check()).failed).toMatchObject([
      { error: { code: 'BAD_INPUT', message: expect.stringContaining(full) } },
    ]);
    const other = await world.company('Other');
    const { file } = await withAdmins(world, (admins) =>
      backupTenant(world.app.fleet, admins, other.tenant, { storage: storage(), key: { recipients: [recipient] } }),
    );
    await rename(file, path.join(folder, full));
    await expect(open(incremental)).rejects.toThrow('not full, or of something else');
  });
});

/** The text of each table: parts of one table may have files in two archives. */
async function textsOfTables(archive: Awaited<ReturnType<typeof openArchive>>): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for await (const { table, text } of partsOf(archive)) texts.set(table, (texts.get(table) ?? '') + text.toString());
  return texts;
}
