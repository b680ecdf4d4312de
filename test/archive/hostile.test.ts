import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openArchive } from '../../src/fleet/archive/open-archive.ts';
import { restoreNew } from '../../src/fleet/archive/restore-new.ts';
import { tarEnd } from '../../src/fleet/archive/tar.ts';
import { verifyArchive } from '../../src/fleet/archive/verify-archive.ts';
import { type Manifest, partName } from '../../src/fleet/copy/manifest.ts';
import { packPart, sha256 } from '../../src/fleet/copy/parts.ts';
import { objectOfFile } from '../../src/storage/folder-storage.ts';
import { ownWorld } from '../support/own-world.ts';
import { archiveOf, filledCompany, scratchFolder, withAdmins } from './support.ts';
import {
  changedManifest,
  type Entry,
  header,
  manifestEntry,
  tableOf,
  tar,
  type Unpacked,
  unpacked,
  wholeOf,
  withTextOf,
} from './unpacked.ts';

// Of its own: all organizations are counted
const server = await ownWorld();
afterAll(() => server[Symbol.asyncDispose]());
const folder = await scratchFolder();

/** A real archive, whose files each test spoils. */
let real: Unpacked & { file: string };

beforeAll(async () => {
  const { tenant } = await filledCompany(server, { perTable: 4 });
  const { file, manifest } = await archiveOf(server, tenant, folder);
  real = { ...(await unpacked(file, manifest)), file };
});

let n = 0;

async function write(blocks: Buffer[]): Promise<string> {
  const file = path.join(folder, `hostile-${++n}.tar`);
  await writeFile(file, Buffer.concat(blocks));
  return file;
}

const verify = (file: string): Promise<unknown> =>
  withAdmins(server, async (admins) => verifyArchive(server.app.fleet, admins, await openArchive(objectOfFile(file))));

async function restore(file: string): Promise<unknown> {
  return await withAdmins(server, async (admins) =>
    restoreNew(server.app.fleet, admins, await openArchive(objectOfFile(file)), {
      slug: `hostile-${process.pid}-${n}`,
    }),
  );
}

const whole = (entries: readonly Entry[], manifest: unknown = real.manifest) => wholeOf({ entries, manifest });
const withText = (table: string, change: (text: string) => string) => withTextOf(real, table, change);
const changed = (change: (manifest: Manifest) => void) => changedManifest(real.manifest, change);

const attacks: [string, () => Buffer[] | Promise<Buffer[]>, string?][] = [
  ['nothing', () => []],
  ['another kind of file', () => [Buffer.from('PK\x03\x04 and so on'.repeat(100))]],
  ['no manifest', () => [...tar(real.entries), tarEnd()]],
  ['no end', () => tar([...real.entries, manifestEntry(real.manifest)])],
  ['a cut', () => [Buffer.concat(whole(real.entries)).subarray(0, 5000)]],
  ['a path out of it', () => whole([...real.entries, { name: '../../etc/passwd', data: Buffer.from('x') }])],
  ['an absolute path', () => whole([...real.entries, { name: '/etc/passwd', data: Buffer.from('x') }])],
  ['a path into a part', () => whole([...real.entries, { name: 'data/../a/000001.copy.zst', data: Buffer.from('x') }])],
  [
    'a file that its manifest does not name',
    () => whole([...real.entries, { ...real.entries[0]!, name: 'data/zzz/000001.copy.zst' }]),
  ],
  ['a file twice', () => whole([...real.entries, real.entries[0]!])],
  [
    'its manifest twice',
    () => [...tar([manifestEntry(real.manifest), ...real.entries, manifestEntry(real.manifest)]), tarEnd()],
  ],
  ['its files in another order', () => whole(real.entries.toReversed())],
  ['a file missing', () => whole(real.entries.slice(1))],
  ['something after its end', () => [...whole(real.entries), Buffer.from('x')]],
  ...[...'1234567xgKLS'].map((type): [string, () => Buffer[]] => [
    `an entry of type ${type}`,
    () => [
      ...header('data/projects/000001.copy.zst', Buffer.alloc(0), (block) => block.write(type, 156)),
      ...whole(real.entries),
    ],
  ]),
  [
    'a wrong header checksum',
    () => {
      const blocks = whole(real.entries);
      blocks[0]!.write('777777', 148);
      return blocks;
    },
  ],
  [
    'a size beyond all limits',
    () => [header('data/a/000001.copy.zst', Buffer.alloc(0), (block) => block.write('77777777777', 124))[0]!],
  ],
  [
    'a part that is in no archive',
    () => {
      const [part] = tableOf(real.manifest).parts;
      const manifest = changed((each) => {
        tableOf(each).parts[0]!.inBase = true;
      });
      return whole(
        real.entries.filter(({ name }) => name !== part!.file),
        manifest,
      );
    },
  ],
  ...['../hostile.tar', '/etc/passwd', 'manifest.json', ''].map((base): [string, () => Buffer[]] => [
    `the base ${base || 'of no name'}`,
    () => whole(real.entries, { ...real.manifest, base }),
  ]),
  [
    'a base that has itself as its base',
    async () => {
      const base = path.basename(real.file);
      const blocks = whole(real.entries, { ...real.manifest, base });
      await writeFile(path.join(folder, base), Buffer.concat(blocks));
      return blocks;
    },
  ],
  ['a huge manifest', () => [header('manifest.json', Buffer.alloc(0), (block) => block.write('00777777777', 124))[0]!]],
  [
    'a part that was changed',
    () =>
      whole(
        real.entries.map((entry, i) =>
          i === 0 ? { ...entry, data: Buffer.concat([entry.data.subarray(0, -1), Buffer.from('!')]) } : entry,
        ),
      ),
  ],
  [
    'a manifest that is no JSON',
    () => [...tar([...real.entries, { name: 'manifest.json', data: Buffer.from('{') }]), tarEnd()],
  ],
  ['more in its manifest than is known', () => whole(real.entries, { ...real.manifest, run: 'rm -rf /' })],
  ['a newer format', () => whole(real.entries, { ...real.manifest, version: 3 }), 'SCHEMA_MISMATCH'],
  [
    'a migration of a newer build',
    () =>
      whole(
        real.entries,
        changed(({ migrations }) =>
          migrations.push({ line: 'tasks', name: '20991231000000_later', hash: 'a'.repeat(64) }),
        ),
      ),
    'SCHEMA_MISMATCH',
  ],
  [
    'an edited migration',
    () =>
      whole(
        real.entries,
        changed(({ migrations }) => {
          migrations[0]!.hash = 'a'.repeat(64);
        }),
      ),
    'SCHEMA_MISMATCH',
  ],
  [
    'a missing migration',
    () =>
      whole(
        real.entries,
        changed(({ migrations }) => {
          const made = migrations.findIndex(({ name, line }) => line === 'calendars' && name.endsWith('_init'));
          migrations.splice(made, 1);
        }),
      ),
    // A later migration of another module refers to its table
    'MIGRATION_FAILED',
  ],
  [
    'SQL in the name of a table',
    () =>
      whole(
        real.entries,
        changed((m) => {
          tableOf(m).name = 'projects"; drop schema catalog cascade; --';
        }),
      ),
  ],
  [
    'SQL in the name of a column',
    () =>
      whole(
        real.entries,
        changed((m) => {
          tableOf(m).columns[0]!.name = 'id") from stdin; --';
        }),
      ),
  ],
  [
    'the name of another table',
    () =>
      whole(
        real.entries,
        changed((m) => {
          tableOf(m).name = 'pg_authid';
        }),
      ),
  ],
  [
    'the name of another column',
    () =>
      whole(
        real.entries,
        changed((m) => {
          tableOf(m).columns[0]!.name = 'id2';
        }),
      ),
  ],
  [
    'another type of a column',
    () =>
      whole(
        real.entries,
        changed((m) => {
          tableOf(m).columns[0]!.type = 'text';
        }),
      ),
  ],
  [
    'a table twice',
    () =>
      whole(
        real.entries,
        changed((m) => m.tables.push(tableOf(m))),
      ),
  ],
  [
    'a table less',
    () =>
      whole(
        real.entries,
        changed((m) => {
          m.tables = m.tables.filter(({ rows }) => rows > 0);
        }),
      ),
  ],
  [
    'another counter',
    () =>
      whole(
        real.entries,
        changed((m) => {
          tableOf(m, 'events').counters = { id: { last: '1', called: true } };
        }),
      ),
  ],
  [
    'other numbers of rows',
    () =>
      whole(
        real.entries,
        changed((m) => {
          tableOf(m).rows++;
        }),
      ),
  ],
  [
    'a bomb behind an honest size',
    () => {
      const manifest = structuredClone(real.manifest);
      const part = tableOf(manifest).parts[0]!;
      const bomb = zstdCompressSync(Buffer.alloc(300_000_000));
      Object.assign(part, { packedBytes: bomb.length, packedSha256: sha256(bomb) });
      return whole(
        real.entries.map((entry) => (entry.name === part.file ? { ...entry, data: bomb } : entry)),
        manifest,
      );
    },
  ],
  [
    'a bomb of a dishonest size',
    () =>
      whole(
        real.entries,
        changed((m) => {
          tableOf(m).parts[0]!.bytes = 10_000_000_000;
        }),
      ),
  ],
  [
    'an organization that cannot be',
    () =>
      whole(
        real.entries,
        changed((m) => {
          m.organization!.timeZone = 'Mars/Olympus';
        }),
      ),
  ],
  [
    'a manifest nested 5,000 deep',
    () => {
      const nested = `{"settings":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
      return [...tar([...real.entries, { name: 'manifest.json', data: Buffer.from(nested) }]), tarEnd()];
    },
  ],
  [
    'a module that there is not',
    () =>
      whole(
        real.entries,
        changed((m) => {
          m.organization!.modules = ['nothing'];
        }),
      ),
  ],
  [
    'a permission twice',
    () =>
      whole(
        real.entries,
        changed((m) => {
          const permission = { role: 'MEMBER', permission: 'project:write', granted: true };
          m.organization!.permissions = [permission, permission];
        }),
      ),
  ],
  [
    'a permission of a role that there is not',
    () =>
      whole(
        real.entries,
        changed((m) => {
          m.organization!.permissions = [{ role: 'KING', permission: 'project:write', granted: true }];
        }),
      ),
  ],
  ['a row twice', () => withText('clients', (text) => text + text)],
  [
    'rows that refer to nothing',
    () => withText('projects', (text) => text.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7/g, 'ffffffff-ffff-7')),
  ],
  ['values that cannot be', () => withText('clients', (text) => text.replace(/^[^\t]+/, 'no uuid'))],
  ['too many values in a row', () => withText('clients', (text) => text.replace('\n', '\tmore\n'))],
  [
    'a row that breaks a rule',
    () =>
      withText('projects', (text) =>
        text.replace(/\t(PLANNED|ACTIVE|ON_HOLD|COMPLETED|CANCELLED|[A-Z_]{4,})\t/, '\tNO_SUCH\t'),
      ),
  ],
  ['an early end', () => withText('clients', (text) => `\\.\n${text}`)],
  [
    'rows in another order',
    () => withText('clients', (text) => text.trimEnd().split('\n').toReversed().join('\n').concat('\n')),
  ],
  ['values written otherwise', () => withText('clients', (text) => text.toUpperCase())],
];

describe('an archive with', () => {
  const state = async () => {
    const tables = await server.app.catalog.read((db) =>
      db.execute(sql`select (select count(*) from organizations)::int as organizations,
        (select count(*) from tenant_schemas where state in ('INCOMING', 'SCRATCH'))::int as copies`),
    );
    return [...tables];
  };

  test.each(attacks)('%s is rejected and changes nothing', async (_, make, code = 'BAD_INPUT') => {
    const before = await state();
    const file = await write(await make());
    await expect(verify(file)).rejects.toMatchObject({ code });
    await expect(restore(file)).rejects.toMatchObject({ code });
    expect(await state()).toEqual(before);
  });

  test('an unmodified archive is restored', async () => {
    const file = await write(whole(real.entries));
    expect(await verify(file)).toMatchObject({ tables: real.manifest.tables.length });
    expect(await restore(file)).toMatchObject({ status: 'ACTIVE' });
  });

  test('the first version of the format, whose parts end elsewhere, is restored', async () => {
    const manifest = { ...structuredClone(real.manifest), version: 1 as const };
    const archived = tableOf(manifest);
    const [first] = archived.parts;
    const text = zstdDecompressSync(real.entries.find(({ name }) => name === first!.file)!.data);
    const rows = text.toString('utf8').match(/.*\n/g)!;
    const packed = await Promise.all(rows.map((row, at) => packPart(partName('projects', at + 1), Buffer.from(row))));
    archived.parts = packed.map(({ part }) => part);
    expect(archived.parts.length).toBeGreaterThan(1);
    const recut = packed.map((each) => ({ name: each.part.file, data: each.packed }));
    const entries = real.entries.flatMap((entry) => (entry.name === first!.file ? recut : [entry]));
    expect(await restore(await write(whole(entries, manifest)))).toMatchObject({ status: 'ACTIVE' });
  });
});
