import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advisoryLocks } from '../../src/db/advisory-lock.ts';
import { archiveName, tenantSubject } from '../../src/fleet/archive/archive-names.ts';
import { lastRuns } from '../../src/fleet/backups/backup-journal.ts';
import type { BackupSettings } from '../../src/fleet/backups/backup-settings.ts';
import { runBackups } from '../../src/fleet/backups/run-backups.ts';
import { onlyOne } from '../../src/fleet/only-one.ts';
import { backupTasks } from '../../src/fleet/schedule/backup-tasks.ts';
import { watchTasks } from '../../src/fleet/schedule/watch-task.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { listNames } from '../../src/storage/storage.ts';
import { scratchFolder } from '../archive/support.ts';
import { commandLine } from '../support/command-line.ts';
import { ownWorld } from '../support/own-world.ts';
import { type S3Server, startS3Server } from '../support/s3-server.ts';
import type { Company, World } from '../support/world.ts';

const folder = await scratchFolder();
const identity = await generateIdentity();
const recipient = await identityToRecipient(identity);
let world: World;
let s3: S3Server;
let bucket: string;
let companies: Company[];

beforeAll(async () => {
  s3 = await startS3Server();
  bucket = `s3://${s3.bucket}/nightly/`;
  world = await ownWorld();
  companies = [await world.company('One'), await world.company('Two')];
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await s3[Symbol.asyncDispose]();
});

const settings = (more: Partial<BackupSettings> = {}): BackupSettings => ({
  targets: [folder, bucket],
  ownFolder: '/nowhere',
  schedule: '0 2 * * *',
  jitterMs: 0,
  retention: { keepDays: 30, keepCount: 2 },
  fullEveryMs: undefined,
  recipients: [recipient],
  drill: { schedule: '0 5 * * *', share: 1, identities: [identity] },
  s3: s3.settings,
  ...more,
});

/** What a server does in the minute of this time. */
async function tick(time: string, backups = settings(), signal = new AbortController().signal): Promise<void> {
  const options = { backups, clock: () => new Date(time), signal, logger: silentLogger };
  for (const task of backupTasks(world.app.fleet, options)) await task.run();
}

const last = async (kind: 'backup.run' | 'backup.drill', target: string) =>
  (await lastRuns(world.app.fleet.catalog, kind, [target])).get(target);

const stamp = (day: string): string => `202611${day}T020000000Z`;
const archivesOf = async (day: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.includes(stamp(day))).sort();
const all = (day: string): string[] =>
  ['catalog', ...companies.map(({ tenant }) => tenantSubject(tenant))]
    .map((subject) => archiveName({ subject, stamp: stamp(day) }, '.age'))
    .sort();

describe('scheduled backups', () => {
  it('archive everything at each target once, at their time, by one server', async () => {
    await onlyOne(world.app.fleet, advisoryLocks.backups, () =>
      tick('2026-11-20T02:00:30Z', settings({ targets: [folder] })),
    );
    expect(await archivesOf('20')).toEqual([]);
    await tick('2026-11-20T02:01:00Z');
    expect(await archivesOf('20')).toEqual(all('20'));
    using storage = await openStorage(bucket, s3.settings);
    expect(await listNames(storage)).toEqual(all('20'));
    const before = await last('backup.run', folder);
    expect(before).toMatchObject({ run: stamp('20'), archives: 2, error: null });
    await tick('2026-11-20T23:00:00Z');
    expect(await last('backup.run', folder)).toEqual(before);
  });

  it('resume what a stopped server left, and archive nothing twice', async () => {
    const stop = new AbortController();
    const options = { run: stamp('21'), targets: [folder], signal: stop.signal, onProgress: () => stop.abort() };
    await runBackups(world.app.fleet, settings(), options);
    // Two are archived at once: as if the second had not been begun
    await rm(path.join(folder, all('21').at(-1)!), { force: true });
    const left = await archivesOf('21');
    expect(left.length).toBeGreaterThan(0);
    const made = await Promise.all(left.map((name) => readFile(path.join(folder, name))));
    await tick('2026-11-21T02:01:00Z', settings({ targets: [folder] }));
    expect(await archivesOf('21')).toEqual(all('21'));
    expect(await Promise.all(left.map((name) => readFile(path.join(folder, name))))).toEqual(made);
  });

  it('tell of a lost target, try it again later, and still serve the others', async () => {
    const lost = path.join(folder, '..', `${path.basename(folder)}-unmounted`);
    const targets = [lost, folder];
    await tick('2026-11-22T02:00:00Z', settings({ targets }));
    expect(await archivesOf('22')).toEqual(all('22'));
    expect(await last('backup.run', lost)).toMatchObject({ error: expect.stringContaining('does not exist') });
    const watched = { state: undefined, backupAgeSeconds: undefined, readAt: 0, targets: [] };
    const watching = watchTasks(world.app.fleet, { fit: world.app.fit, watched, backups: settings({ targets }) });
    await watching.find(({ name }) => name === 'watch backups')!.run();
    expect(watched.targets).toContainEqual({ target: lost, kind: 'run', failed: true });
    expect(watched.targets).toContainEqual({ target: folder, kind: 'run', failed: false });
    const soon = await last('backup.run', lost);
    await tick(
      new Date(soon!.at.getTime() + 60_000).toISOString(),
      settings({ targets: [lost], schedule: '0 2 22 11 *' }),
    );
    expect((await last('backup.run', lost))?.at).toEqual(soon!.at);
  });

  it('delete old archives beyond those to keep, at each target', async () => {
    await rename(path.join(folder, all('20')[0]!), path.join(folder, all('20')[0]!.replace('202611', '202501')));
    await tick('2026-11-23T02:00:00Z', settings({ targets: [folder], retention: { keepCount: 2 } }));
    expect(await archivesOf('21')).toEqual([]);
    expect(await archivesOf('22')).toEqual(all('22'));
    expect(await archivesOf('23')).toEqual(all('23'));
    expect((await readdir(folder)).filter((name) => name.includes('202501'))).toEqual([]);
  });
});

describe('a drill', () => {
  it('restores the newest archives, and finds a damaged one', async () => {
    await tick('2026-11-23T05:00:00Z', settings({ schedule: undefined }));
    expect(await last('backup.drill', folder)).toMatchObject({ archives: 2, error: null });
    const [name] = all('20').filter((each) => !each.startsWith('catalog'));
    const file = (await readdir(s3.folder, { recursive: true, withFileTypes: true })).find(
      (each) => each.isFile() && each.name.startsWith(name!) && each.name.includes('object'),
    )!;
    const stored = path.join(file.parentPath, file.name);
    const bytes = await readFile(stored);
    bytes[bytes.length - 100]! ^= 1;
    await writeFile(stored, bytes);
    await tick('2026-11-24T05:00:00Z', settings({ schedule: undefined, targets: [bucket] }));
    expect(await last('backup.drill', bucket)).toMatchObject({ archives: 1, error: expect.stringContaining(name!) });
  });
});

describe('the commands', () => {
  const chantier = async (...args: string[]) => {
    const config = { ...world.app.config, backups: settings(), s3: s3.settings };
    return await commandLine({ ...world.app, config, fleet: world.app.fleet })([...args, '--json']);
  };

  it('show the state of each target', async () => {
    const { code, stdout } = await chantier('backup', 'status');
    const [own, far] = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(own).toMatchObject({ target: folder, error: null, missing: [], lastRun: { run: stamp('23'), error: null } });
    expect(far).toMatchObject({ target: bucket, lastDrill: { error: expect.stringContaining('cannot be restored') } });
  });

  it('back up at once, and verify a sample, those first that were not verified for longest', async () => {
    expect((await chantier('backup', 'run')).code).toBe(0);
    process.env.DRILL_TEST_IDENTITY = identity;
    const verify = ['tenant', 'verify', '--all', '--from', bucket, '--identity-env', 'DRILL_TEST_IDENTITY'];
    const seen: string[] = [];
    for (const _ of companies) {
      const { code, stdout } = await chantier(...verify, '--sample', '30%');
      expect(code).toBe(0);
      seen.push(...JSON.parse(stdout).verified.map(({ slug }: { slug: string }) => slug));
    }
    expect(seen.toSorted()).toEqual(companies.map(({ tenant }) => tenant.slug).toSorted());
    delete process.env.DRILL_TEST_IDENTITY;
  });
});
