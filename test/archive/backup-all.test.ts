import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backupAll } from '../../src/fleet/archive/backup-all.ts';
import { openArchive } from '../../src/fleet/archive/open-archive.ts';
import { deleteOrganization } from '../../src/fleet/deletion/delete-organization.ts';
import { purgeOrganization } from '../../src/fleet/deletion/purge-organization.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { holdingLife } from '../../src/fleet/holding-life.ts';
import { FolderStorage, objectOfFile } from '../../src/storage/folder-storage.ts';
import type { Catalog } from '../../src/tenancy/catalog.ts';
import { by, furtherDatabase, move } from '../placement/support.ts';
import { createClient } from '../projects/support.ts';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import type { Company, World } from '../support/world.ts';
import { scratchFolder } from './support.ts';

let second: SecondServer;
let world: World;

beforeAll(async () => {
  second = await startSecondServer();
  world = await ownWorld({ env: second.env });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

/** Organizations that no other test of this file has, and no other organization beside them. */
async function companies(count: number): Promise<Company[]> {
  const made: Company[] = [];
  for (let n = 0; n < count; n++) made.push(await world.company(`Nr ${n}`));
  return made;
}

/** The fleet as a run sees it that is stopped once, right after it has listed whom to visit. */
function afterListing(meanwhile: () => Promise<void>): Fleet {
  const { fleet } = world.app;
  const { catalog } = fleet;
  let stopped = false;
  const watched: Pick<Catalog, 'read' | 'write' | 'bus'> = {
    bus: catalog.bus,
    write: (...args) => catalog.write(...args),
    read: async (...args) => {
      const result = await catalog.read(...args);
      if (stopped) return result;
      stopped = true;
      await meanwhile();
      return result;
    },
  };
  return { ...fleet, catalog: watched as Catalog };
}

const slugOf = ({ tenant }: Company): string => tenant.slug;

/** How many clients the archive of an organization has. */
async function clientsIn(file: string): Promise<number | undefined> {
  const { manifest } = await openArchive(objectOfFile(file));
  return manifest.tables.find(({ name }) => name === 'clients')?.rows;
}

describe('a backup of all organizations', () => {
  it('archives organizations that move meanwhile from their new place, each once', async () => {
    const all = await companies(4);
    const folder = await scratchFolder();
    const targets = [await furtherDatabase(world, second), await furtherDatabase(world, second)];
    const [, , third, fourth] = all;
    const fleet = afterListing(async () => {
      for (const [n, company] of [third!, fourth!].entries()) {
        await move(world, company, targets[n]!.id);
        await createClient(await company.as('OWNER'), { name: 'Written after the move' });
      }
    });
    const report = await backupAll(fleet, { storage: new FolderStorage(folder), parallel: 1 });
    expect(report).toMatchObject({ failed: [], gone: [], earlier: [], interrupted: false });
    expect(report.done.map(({ slug }) => slug).toSorted()).toEqual(all.map(slugOf).toSorted());
    for (const company of [third!, fourth!]) {
      const { file } = report.done.find(({ slug }) => slug === slugOf(company))!;
      expect(await clientsIn(file)).toBe(1);
    }
  });

  it('reports an organization that is being moved and one that is gone, and keeps their archives', async () => {
    const [busy, doomed, last] = await companies(3);
    const folder = await scratchFolder();
    const old = (company: Company) =>
      path.join(folder, `${slugOf(company)}.${company.tenant.id}.20200101T000000000Z.tar`);
    for (const company of [busy!, doomed!, last!]) await writeFile(old(company), 'x');
    const fleet = afterListing(async () => {
      await deleteOrganization(world.app.fleet, doomed!.tenant.id, { by });
      await purgeOrganization(world.app.fleet, doomed!.tenant.id, { by, now: true });
    });
    const report = await holdingLife(world.app.fleet, busy!.tenant.id, () =>
      backupAll(fleet, { storage: new FolderStorage(folder), keepDays: 1, busyWaitMs: 0 }),
    );
    expect(report.failed).toEqual([
      { slug: slugOf(busy!), error: expect.objectContaining({ message: expect.stringMatching(/being moved/) }) },
    ]);
    expect(report.gone).toEqual([slugOf(doomed!)]);
    const names = report.done.map(({ slug }) => slug);
    expect(names).toContain(slugOf(last!));
    expect(new Set(names).size).toBe(names.length);
    const left = await readdir(folder);
    expect(left).toContain(path.basename(old(busy!)));
    expect(left).not.toContain(path.basename(old(last!)));
  });

  it('never deletes the archive that it has just made, nor newer ones', async () => {
    const [company] = await companies(1);
    const folder = await scratchFolder();
    const named = (stamp: string) => `${slugOf(company!)}.${company!.tenant.id}.${stamp}.tar`;
    for (const stamp of ['20190101T000000000Z', '20210101T000000000Z', '20220101T000000000Z']) {
      await writeFile(path.join(folder, named(stamp)), 'x');
    }
    await backupAll(world.app.fleet, { storage: new FolderStorage(folder), keepDays: 1, run: '20200101T000000000Z' });
    const left = (await readdir(folder)).filter((file) => file.includes(company!.tenant.id));
    expect(left.toSorted()).toEqual(['20200101T000000000Z', '20210101T000000000Z', '20220101T000000000Z'].map(named));
  });
});
