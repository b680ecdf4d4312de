import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FolderStorage } from '../../storage/folder-storage.ts';
import { archiveName, indexName } from './archive-names.ts';
import { deleteOld, type Retention } from './retention.ts';

const id = '01980000-0000-7000-8000-000000000001';
const other = '01980000-0000-7000-8000-000000000002';
const stampOn = (day: number): string => `202611${String(day).padStart(2, '0')}T020000000Z`;

/** `5` is a full archive of that day, `5i` one with an index, `5<3` an incremental one on the full one of day 3. */
function nameOf(short: string, organizationId = id): string[] {
  const [, day, base, indexed] = /^(\d+)(?:<(\d+))?(i)?$/.exec(short)!;
  const stamp = stampOn(Number(day));
  const since = base === undefined ? undefined : stampOn(Number(base));
  const name = archiveName({ subject: `acme.${organizationId}`, stamp, base: since }, '.age');
  return indexed ? [name, indexName(name)] : [name];
}

const namesOf = (list: string): string[] =>
  list
    .split(' ')
    .flatMap((each) => nameOf(each))
    .sort();

/** What is left of these archives after that of a day was made. */
async function left(list: string, made: string, retention: Retention): Promise<string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'chantier-retention-'));
  try {
    const foreign = nameOf('1', other);
    for (const name of [...namesOf(list), ...foreign]) await writeFile(path.join(folder, name), name);
    const storage = new FolderStorage(folder);
    const [name] = nameOf(made) as [string];
    const { checksum } = (await storage.head(name))!;
    await deleteOld({ place: { storage, name }, checksum }, { ...retention, now: new Date('2026-11-28T02:00:00Z') });
    return (await readdir(folder)).filter((each) => !foreign.includes(each)).sort();
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('retention', () => {
  it.each<[string, string, string, Retention, string]>([
    ['deletes what is too old and too many', '1 2 3 28', '28', { keepDays: 7, keepCount: 2 }, '3 28'],
    ['keeps the base of a kept archive', '1i 2<1 3<1 28<1', '28<1', { keepCount: 1 }, '1i 28<1'],
    ['keeps a base while an older archive needs it', '1i 2<1 20i 28', '28', { keepCount: 3 }, '1i 2<1 20i 28'],
    ['deletes a base with the last archive that needs it', '1i 2<1 20i 28', '28', { keepCount: 2 }, '20i 28'],
    ['keeps the newest base, to which a backup may refer now', '1i 5i 28', '28', { keepCount: 1 }, '5i 28'],
    ['keeps archives that are newer than the one just made', '1i 20 28<1', '20', { keepCount: 1 }, '1i 20 28<1'],
  ])('%s', async (_, list, made, retention, expected) => {
    expect(await left(list, made, retention)).toEqual(namesOf(expected));
  });

  it('deletes nothing if the new archive is not what was written', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'chantier-retention-'));
    for (const name of namesOf('1 28')) await writeFile(path.join(folder, name), name);
    const made = { place: { storage: new FolderStorage(folder), name: nameOf('28')[0]! }, checksum: 'sha256:other' };
    await expect(deleteOld(made, { keepCount: 1 })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect((await readdir(folder)).sort()).toEqual(namesOf('1 28'));
    await rm(folder, { recursive: true });
  });
});
