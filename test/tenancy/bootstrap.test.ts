import { describe, expect, test } from 'vitest';
import { bootstrap } from '../../src/fleet/schemas/bootstrap.ts';
import { createDatabaseOn } from '../support/create-database.ts';
import { adminUrl, createDatabase, type TestDatabase } from '../support/database.ts';
import { denied, Raw, sqlState } from './raw.ts';
import { TestLines } from './test-lines.ts';
import { secret, World } from './world.ts';

/** A login made for one test; gone with it. */
async function login(database: TestDatabase, attributes: string) {
  const name = `login_${database.name}`;
  const admin = new Raw(database.url);
  await admin.run(`create role ${name} login password 'pass-${name}' ${attributes}`);
  const url = new URL(database.url);
  url.username = name;
  url.password = `pass-${name}`;
  const drop = async () => {
    await admin.run(`drop owned by ${name}; drop role ${name}`).catch(() => {});
    await admin[Symbol.asyncDispose]();
  };
  return { name, url: url.href, admin, [Symbol.asyncDispose]: drop };
}

describe('a superuser', () => {
  test('creates the installation, finds it again, and then changes nothing', async () => {
    await using database = await createDatabase();
    const first = await bootstrap({ adminUrl: database.url, secret });
    const statements: string[] = [];
    const second = await bootstrap({ adminUrl: database.url, secret, onStatement: (text) => statements.push(text) });
    expect(second).toEqual(first);
    expect(statements.filter((text) => /^(create|grant|revoke|comment)/i.test(text))).toEqual([]);
    expect(statements.join('\n')).not.toContain(new URL(first.appUrl).password);
  });

  test('in five concurrent processes creates one installation', async () => {
    await using database = await createDatabase();
    const made = await Promise.all(Array.from({ length: 5 }, () => bootstrap({ adminUrl: database.url, secret })));
    expect(new Set(made.map(({ prefix }) => prefix)).size).toBe(1);
  });

  test('creates a login that finds, reads and creates nothing', async () => {
    await using lines = await TestLines.of({});
    await using world = await World.create(lines.read());
    await using app = new Raw(world.installation.appUrl);
    expect(await app.run('show search_path')).toEqual([{ search_path: '""' }]);
    await expect(app.run('select from users')).rejects.toMatchObject(sqlState('42P01'));
    await expect(app.run('select from catalog.users')).rejects.toMatchObject(denied);
    await expect(app.run('select from chantier.tenant_migrations')).rejects.toMatchObject(denied);
    await expect(app.run('create temporary table t (id int)')).rejects.toMatchObject(denied);
    await expect(app.run('create table public.t (id int)')).rejects.toMatchObject(denied);
    await expect(app.run('create schema mine')).rejects.toMatchObject(denied);
  });

  test('searches French and English regardless of accents', async () => {
    await using lines = await TestLines.of({});
    await using world = await World.create(lines.read());
    await using app = new Raw(world.installation.appUrl);
    const found = await app.run(
      `select to_tsvector('extensions.fr', 'Les réunions de l''élevage') @@ to_tsquery('extensions.fr', 'reunion & elevages') as fr,
        to_tsvector('extensions.en', 'Café meetings') @@ to_tsquery('extensions.en', 'cafe & meeting') as en`,
    );
    expect(found).toEqual([{ fr: true, en: true }]);
  });

  test('of a copied database succeeds while the original is set up', async () => {
    await using database = await createDatabase();
    await bootstrap({ adminUrl: database.url, secret });
    await using copy = await createDatabaseOn(adminUrl(), { template: database.name });
    await Promise.all(
      [database, copy].flatMap(({ url }) => Array.from({ length: 5 }, () => bootstrap({ adminUrl: url, secret }))),
    );
  });

  test('uses extensions that were installed elsewhere', async () => {
    await using database = await createDatabase();
    await using admin = new Raw(database.url);
    await admin.run('create extension unaccent; create extension pg_trgm');
    await using lines = await TestLines.of({});
    await using world = await World.open(database, await bootstrap({ adminUrl: database.url, secret }), lines.read());
    const placed = `select distinct extnamespace::regnamespace::text as schema from pg_extension where extname <> 'plpgsql'`;
    expect(await admin.run(placed)).toEqual([{ schema: 'extensions' }]);
    expect(await world.catalog.read((db) => db.query.databases.findMany())).toMatchObject([{ kind: 'PRIMARY' }]);
  });

  test('keeps out of a schema that is not ours', async () => {
    await using database = await createDatabase();
    await using admin = new Raw(database.url);
    await admin.run('create schema chantier');
    await expect(bootstrap({ adminUrl: database.url, secret })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('an administrator who is not a superuser', () => {
  test('needs CREATEROLE and to own the database, nothing more', async () => {
    await using lines = await TestLines.of({
      things: { '20260101000000_init': 'CREATE TABLE "things" ("id" uuid PRIMARY KEY)' },
    });
    await using database = await createDatabase();
    await using owner = await login(database, 'createrole createdb');
    await owner.admin.run(`alter database ${database.name} owner to ${owner.name}`);
    const installation = await bootstrap({ adminUrl: owner.url, secret });
    expect(await bootstrap({ adminUrl: owner.url, secret })).toEqual(installation);
    await using world = await World.open({ ...database, url: owner.url }, installation, lines.read());
    const tenant = await world.provision('Modest');
    await world.binding.write(tenant, (tx) => tx.execute(`insert into things values ('${tenant.id}')`));
    expect(await world.binding.read(tenant, (db) => db.execute('select id from things'))).toHaveLength(1);
  });

  test.each([
    ['createdb', true, 'CREATEROLE'],
    ['createrole', false, 'CREATE on the database'],
  ])('with %s and owning the database: %s, gets an error that names %s', async (attributes, owns, lacking) => {
    await using database = await createDatabase();
    await using admin = await login(database, attributes);
    if (owns) await admin.admin.run(`alter database ${database.name} owner to ${admin.name}`);
    await expect(bootstrap({ adminUrl: admin.url, secret })).rejects.toMatchObject({
      code: 'INSUFFICIENT_RIGHTS',
      message: expect.stringMatching(`${admin.name}.*${lacking}`),
    });
  });

  test('that may create in the database but not revoke PUBLIC gets an error', async () => {
    await using database = await createDatabase();
    await using admin = await login(database, 'createrole');
    await admin.admin.run(`grant create on database ${database.name} to ${admin.name}`);
    await expect(bootstrap({ adminUrl: admin.url, secret })).rejects.toMatchObject({
      code: 'INSUFFICIENT_RIGHTS',
      message: expect.stringContaining('own the database'),
    });
  });
});

describe("the application's own login", () => {
  test('loses its privileges, and is used', async () => {
    await using database = await createDatabase();
    await using app = await login(database, 'inherit');
    const installation = await bootstrap({ adminUrl: database.url, appUrl: app.url, secret });
    expect(installation).toMatchObject({ appUrl: app.url, roles: { app: app.name } });
    await using raw = new Raw(app.url);
    expect(await raw.run('show search_path')).toEqual([{ search_path: '""' }]);
    expect(await raw.run(`select rolinherit from pg_roles where rolname = current_user`)).toEqual([
      { rolinherit: false },
    ]);
    await app.admin.run(`drop owned by ${installation.roles.owner}`);
  });

  test('is rejected if it is a superuser', async () => {
    await using database = await createDatabase();
    await using app = await login(database, 'superuser');
    await expect(bootstrap({ adminUrl: database.url, appUrl: app.url, secret })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(app.name),
    });
  });

  test('is created by the program if the URL is the administrator’s', async () => {
    await using database = await createDatabase();
    const installation = await bootstrap({ adminUrl: database.url, appUrl: database.url, secret });
    expect(new URL(installation.appUrl).username).toBe(`${installation.prefix}_app`);
  });
});
