import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, vi } from 'vitest';
import { openArchive } from '../../src/fleet/archive/open-archive.ts';
import { objectOfFile } from '../../src/storage/folder-storage.ts';
import { placeOf } from '../placement/support.ts';
import { createClient } from '../projects/support.ts';
import type { Ended, Scene } from './scene.ts';

/** A command, and how it is resumed and checked once it has ended or was killed. */
export interface Round {
  args: string[];
  resume(ended: Ended): Promise<void>;
}

/** What `tenant backup --all --json` prints. */
interface BackupReport {
  run: string;
  done: { slug: string; file: string }[];
  failed: { slug: string }[];
  earlier: string[];
  gone: string[];
  interrupted: boolean;
}

/** While the in-process server finds its connections again. */
const patience = { timeout: 60_000, interval: 250 };

export type Deed = 'move' | 'backup' | 'restore' | 'migrate';

/** The `n`th round of each kind. */
export const rounds: Record<Deed, (scene: Scene, n: number) => Promise<Round>> = { move, backup, restore, migrate };

/** Moves each writer in turn to the other server; every second move is rolled back. */
async function move(scene: Scene, n: number): Promise<Round> {
  const writers = [...scene.written.keys()];
  const company = writers[n % writers.length]!;
  const { databaseId } = await vi.waitFor(() => placeOf(scene.world, company), patience);
  const isHome = databaseId === company.tenant.databaseId;
  const command = ['tenant', 'move', company.tenant.slug];
  const args = [...command, '--to', isHome ? 'away' : 'primary'];
  return {
    args,
    async resume() {
      await scene.repeat(args);
      await scene.repeat([...command, n % 2 === 0 ? '--confirm' : '--rollback', '--yes']);
    },
  };
}

async function backup(scene: Scene): Promise<Round> {
  const to = await mkdtemp(path.join(scene.folder, 'run-'));
  const before = new Map([...scene.written].map(([{ tenant }, { length }]) => [tenant.slug, length]));
  const args = ['tenant', 'backup', '--all', '--to', to, '--json'];
  return {
    args,
    async resume({ code, stdout }) {
      const own = stdout === '' ? undefined : (JSON.parse(stdout) as BackupReport);
      if (own && !own.interrupted) requireEachOnce(scene, own);
      const run = own?.run ?? (await runIn(to));
      const again = run === undefined ? args : [...args, '--resume', run];
      const report = code === 0 ? own! : (JSON.parse(await scene.repeat(again)) as BackupReport);
      requireEachOnce(scene, report);
      expect([report.failed, report.gone]).toEqual([[], []]);
      await requireArchives(scene, to, before);
      await rm(to, { recursive: true });
    },
  };
}

function requireEachOnce(scene: Scene, { done, failed, earlier, gone }: BackupReport): void {
  const named = [...[...done, ...failed].map(({ slug }) => slug), ...earlier, ...gone];
  expect(named.sort()).toEqual(scene.slugs);
}

/** One archive of each organization, with what was acknowledged before the backup began. */
async function requireArchives(scene: Scene, folder: string, before: ReadonlyMap<string, number>): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.tar'));
  const slugs: string[] = [];
  for (const file of files) {
    const { organization, tables } = (await openArchive(objectOfFile(path.join(folder, file)))).manifest;
    slugs.push(organization!.slug);
    const { rows } = tables.find(({ name }) => name === 'clients')!;
    expect(rows).toBeGreaterThanOrEqual(before.get(organization!.slug) ?? 1);
  }
  expect(slugs.sort()).toEqual(scene.slugs);
}

/** The run that the archives of a folder are of. */
async function runIn(folder: string): Promise<string | undefined> {
  return (await readdir(folder)).flatMap((name) => /\.(\d{8}T\d{9}Z)\.tar$/.exec(name)?.[1] ?? [])[0];
}

/** Restores the organization that does not write, over a change that has to disappear. */
async function restore(scene: Scene): Promise<Round> {
  const { quiet } = scene;
  await vi.waitFor(async () => createClient(await quiet.as('OWNER'), { name: 'lost' }), patience);
  const args = ['tenant', 'restore', scene.archive, '--over', quiet.tenant.slug, '--no-safety', '--yes'];
  return {
    args,
    async resume() {
      await scene.repeat(args);
      await vi.waitFor(async () => {
        const { clients } = await (await quiet.as('OWNER')).ok('{ clients(first: 5) { nodes { name } } }');
        expect(clients.nodes).toEqual([{ name: 'kept' }]);
      }, patience);
    },
  };
}

/** Adds a migration to the build, and applies it. */
async function migrate(scene: Scene, n: number): Promise<Round> {
  const name = `2099010100${String(n).padStart(4, '0')}_kill`;
  const migration = path.join(scene.build.folder, 'drizzle', 'clients', name);
  await mkdir(migration);
  await writeFile(path.join(migration, 'migration.sql'), `ALTER TABLE "clients" ADD COLUMN "kill_${n}" integer;`);
  const args = ['migrate', '--json'];
  return {
    args,
    async resume() {
      const { migrated, current, failed, left } = JSON.parse(await scene.repeat(args));
      const slugs = new Set(migrated.map(({ slug }: { slug: string }) => slug));
      expect([slugs.size, failed, left]).toEqual([migrated.length, [], 0]);
      expect(migrated.length + current).toBe(scene.slugs.length);
    },
  };
}
