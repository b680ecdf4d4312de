import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { idOfSubject, readArchiveName, stampOf } from '../../src/fleet/archive/archive-names.ts';
import { openArchive } from '../../src/fleet/archive/open-archive.ts';
import type { BackupSettings } from '../../src/fleet/backups/backup-settings.ts';
import { runBackups } from '../../src/fleet/backups/run-backups.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { listNames } from '../../src/storage/storage.ts';
import { filledCompany, scratchFolder } from '../archive/support.ts';
import { ownWorld } from '../support/own-world.ts';
import { startS3Server } from '../support/s3-server.ts';
import { root } from '../support/sources.ts';
import { testSecret } from '../support/test-secret.ts';

/** BACKUP_KILLS says how often; one is enough to see that a killed process is no other than a dying one. */
const kills = Number(process.env.BACKUP_KILLS ?? 1);
const organizations = 3;
const dayMs = 24 * 60 * 60_000;
/** Archives that a run makes, at both targets. */
const steps = 2 * (organizations + 1);

test(
  'a backup that is killed leaves whole archives only, and the last good one of each organization',
  async () => {
    const folder = await scratchFolder();
    await using s3 = await startS3Server();
    await using world = await ownWorld();
    for (let n = 0; n < organizations; n++) await filledCompany(world, { name: `Nr ${n}`, perTable: 4 });
    const bucket = `s3://${s3.bucket}/below/`;
    const settings: BackupSettings = {
      targets: [folder, bucket],
      ownFolder: folder,
      schedule: undefined,
      jitterMs: 0,
      retention: { keepDays: 1, keepCount: 1 },
      fullEveryMs: undefined,
      recipients: [],
      drill: { schedule: undefined, share: 1, identities: [] },
      s3: s3.settings,
    };
    const env = {
      ...process.env,
      ...{ NODE_ENV: 'test', DATABASE_URL: world.app.installation.adminUrl, SECRET: testSecret },
      ...{ BACKUP_TO: settings.targets.join(), BACKUP_KEEP_DAYS: '1', BACKUP_KEEP_COUNT: '1' },
      S3_ENDPOINT: s3.settings.endpoint!,
      S3_ACCESS_KEY_ID: s3.settings.credentials!.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.settings.credentials!.secretAccessKey,
    };
    /** What was begun and what is whole, in the folder and then in the bucket. */
    const progress = async (since: string): Promise<number> => {
      const begun = (await readdir(folder)).filter((name) => stampIn(name) >= since);
      using far = await openStorage(bucket, s3.settings);
      return begun.length + (await listNames(far)).filter((name) => stampIn(name) >= since).length;
    };
    const ended: unknown[] = [];
    for (let n = 0; n < kills; n++) {
      // Every other run makes incremental archives
      const isIncremental = n % 2 === 0;
      const earlier = isIncremental ? { ...settings, fullEveryMs: 30 * dayMs } : settings;
      for (const days of [3, 2]) {
        // As old as retention lets go
        const run = stampOf(new Date(Date.now() - days * dayMs));
        await runBackups(world.app.fleet, earlier, { run, targets: settings.targets });
      }
      const since = stampOf(new Date());
      const child = spawn(process.execPath, [path.join(root, 'src/main.ts'), 'backup', 'run'], {
        env: { ...env, ...(isIncremental && { BACKUP_FULL_EVERY: '30d' }) },
        stdio: 'ignore',
      });
      const exit = once(child, 'exit');
      const step = Math.ceil(((n + 1) * steps) / (kills + 1));
      const options = { timeout: 120_000, interval: 2 };
      const arrived = expect.poll(() => progress(since), options).toBeGreaterThanOrEqual(step);
      await Promise.race([arrived, exit]);
      child.kill('SIGKILL');
      ended.push((await exit)[1]);
      for (const target of settings.targets) expect(await goodArchives(settings, target)).toBe(organizations);
    }
    console.info(`killed ${ended.filter((signal) => signal === 'SIGKILL').length} of ${kills} backups`);
    expect(ended).toContain('SIGKILL');
    const [own, far] = await runBackups(world.app.fleet, settings, {
      run: stampOf(new Date()),
      targets: settings.targets,
    });
    expect([own?.error, far?.error]).toEqual([null, null]);
  },
  60_000 * (kills + 1),
);

const stampIn = (name: string): string => /\.(\d{8}T\d{9}Z)(?:\.since-\w+)?\.tar/.exec(name)?.[1] ?? '';

/**
 * Opens every archive that is listed, which fails for one that is not whole, or whose base is missing; how many
 * organizations have one.
 */
async function goodArchives(settings: BackupSettings, target: string): Promise<number> {
  using storage = await openStorage(target, settings.s3);
  const good = new Set<string>();
  for (const name of await listNames(storage)) {
    const known = readArchiveName(name);
    if (!known) continue;
    const { manifest } = await openArchive({ storage, name });
    if (manifest.kind === 'TENANT') good.add(idOfSubject(known.subject));
  }
  return good.size;
}
