import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { stampOf } from '../../src/fleet/archive/archive-names.ts';
import { openArchive } from '../../src/fleet/archive/open-archive.ts';
import { restoreCatalog } from '../../src/fleet/archive/restore-catalog.ts';
import { restoreOver } from '../../src/fleet/archive/restore-over.ts';
import type { BackupSettings } from '../../src/fleet/backups/backup-settings.ts';
import { drill } from '../../src/fleet/backups/drill.ts';
import { newestArchives } from '../../src/fleet/backups/newest-archives.ts';
import { runBackups } from '../../src/fleet/backups/run-backups.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { listNames, type Storage } from '../../src/storage/storage.ts';
import { withAdmins } from '../archive/support.ts';
import { createClient } from '../projects/support.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { ownWorld } from '../support/own-world.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';
import { type Company, type Member, World } from '../support/world.ts';

/*
 * Backs up many organizations to a bucket, loses the database, and restores all: `npm run test:backups`. S3_ENDPOINT,
 * the keys and BACKUP_TO (s3://bucket/prefix) name a bucket; otherwise a server of S3's protocol runs in this process.
 */
const tenants = Number(process.env.BACKUP_TENANTS ?? 20);

let s3: S3Server | undefined;
let world: World;
let settings: BackupSettings;
const owners: Member[] = [];

beforeAll(async () => {
  const config = loadConfig({ ...process.env, NODE_ENV: 'test' });
  s3 = process.env.S3_ENDPOINT ? undefined : await startS3Server();
  const [target = ''] = s3 ? [`s3://${s3.bucket}/all/`] : config.backups.targets;
  settings = { ...config.backups, targets: [target], s3: s3?.settings ?? config.s3 };
  world = await ownWorld();
  const companies: Company[] = [];
  for (let n = 0; n < tenants; n++) companies.push(await world.company(`Nr ${n}`));
  for (const [n, company] of companies.entries()) {
    const owner = await company.as('OWNER');
    await createClient(owner, { name: `Client of ${n}` });
    owners.push(owner);
  }
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await s3?.[Symbol.asyncDispose]();
});

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  const result = await work();
  console.info(`${what}: ${Math.round((performance.now() - from) / 100) / 10} s`);
  return result;
}

/** Changes one byte of an object. */
async function damage(storage: Storage, name: string): Promise<void> {
  const bytes = await buffer(storage.get(name));
  bytes[bytes.length >> 1]! ^= 1;
  await storage.delete(name);
  await storage.put(name, Readable.from([bytes]));
}

it(`${tenants} organizations are backed up to a bucket and restored from it`, { timeout: 7_200_000 }, async () => {
  const [target = ''] = settings.targets;
  using storage = await openStorage(target, settings.s3);
  for (const name of await listNames(storage)) await storage.delete(name);
  const backup = (what: string) =>
    timed(what, () => runBackups(world.app.fleet, settings, { run: stampOf(new Date()), targets: [target] }));
  const [first] = await backup(`backup of ${tenants} organizations`);
  expect([first?.error, first?.report?.done.length]).toEqual([null, tenants]);
  const { newest, bytes } = await newestArchives(storage);
  console.info(`${bytes} bytes in ${newest.length + 1} archives`);

  await using database: TestDatabase = await createDatabase();
  await using found = await World.open({ databaseUrl: database.url });
  await migrateFleet(found.app.fleet);
  const { fleet } = found.app;
  await timed('restore of the catalog and of every organization', async () => {
    const names = await listNames(storage);
    const catalog = names.find((name) => name.startsWith('catalog.'))!;
    const { waiting } = await restoreCatalog(fleet, await openArchive({ storage, name: catalog }));
    expect(waiting.length).toBe(tenants);
    await withAdmins(found, async (admins) => {
      for (const { name, slug } of newest) {
        const tenant = await found.app.directory.getBySlug(slug);
        const archive = await openArchive({ storage, name });
        await restoreOver(fleet, admins, { archive, tenant }, { safety: null });
      }
    });
  });
  for (const [n, owner] of owners.entries()) {
    const { data } = await found.graphql('{ clients(first: 9) { nodes { name } } }', {}, owner.headers);
    expect(data.clients.nodes).toEqual([{ name: `Client of ${n}` }]);
  }

  const planted = newest[Math.floor(newest.length / 3)]!;
  await damage(storage, planted.name);
  const share = 0.05;
  let verified = 0;
  for (let n = 1; n <= 1 / share + 1; n++) {
    const report = await timed(`drill ${n} of ${share * 100} %`, () => drill(fleet, { storage, share }));
    verified += report.verified.length;
    if (report.failed.length === 0) continue;
    console.info(`the damaged archive was found by drill ${n}, after ${verified} good ones`);
    expect(report.failed.map(({ slug }) => slug)).toEqual([planted.slug]);
    return;
  }
  throw new Error('The drills did not find the damaged archive');
});
