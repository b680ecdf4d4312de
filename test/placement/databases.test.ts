import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerDatabase } from '../../src/fleet/databases/register-database.ts';
import { commandLine } from '../support/command-line.ts';
import type { TestDatabase } from '../support/database.ts';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import { testSecret } from '../support/test-secret.ts';
import type { World } from '../support/world.ts';
import { move } from './support.ts';

let second: SecondServer;
let world: World;
let chantier: ReturnType<typeof commandLine>;

beforeAll(async () => {
  second = await startSecondServer();
  world = await ownWorld({ env: second.env });
  chantier = commandLine(world.app);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

const run = async (...args: string[]) => {
  const output = await chantier([...args, '--json']);
  return { ...output, json: output.stdout ? JSON.parse(output.stdout) : JSON.parse(output.stderr).error };
};

async function add(name: string, database: Pick<TestDatabase, 'url'>, ...more: string[]) {
  process.env.TEST_FURTHER_URL = database.url;
  return await run('database', 'add', name, '--url-env', 'TEST_FURTHER_URL', ...more);
}

const passwordOf = (database: Pick<TestDatabase, 'url'>) => new URL(database.url).password;

describe('registering a database', () => {
  it('prepares it, stores its URL sealed, and never shows the password', async () => {
    const database = await second.createDatabase();
    const added = await add('north', database, '--kind', 'dedicated');
    expect(added.json).toMatchObject({ name: 'north', kind: 'DEDICATED', state: 'READY', schemas: 0, lastError: null });
    expect(added.json.url).toMatch(/^postgres:\/\/postgres:\*\*\*@127\.0\.0\.1:\d+\/test_[0-9a-f]+\?sslmode=disable$/);
    const shown = [added, await run('database', 'list'), await run('database', 'show', 'north')];
    expect(shown.map(({ stdout, stderr }) => stdout + stderr).join('')).not.toContain(passwordOf(database));
    const [row] = await world.app.catalog.read((db) => db.query.databases.findMany({ where: { name: 'north' } }));
    expect(`${row!.sealedUrl} ${row!.sealedAdminUrl}`).toMatch(/^v1\.\S+ v1\.\S+$/);
    const sql = postgres(database.url, { max: 1 });
    const schemas = await sql`select nspname from pg_namespace where nspname !~ '^pg_' order by 1`;
    await sql.end();
    // The catalog stays where it is
    expect(schemas.map(({ nspname }) => nspname)).toEqual(['chantier', 'extensions', 'information_schema', 'public']);
    const audited = await world.app.catalog.read((db) =>
      db.query.auditLogs.findMany({ where: { action: 'database.registered' } }),
    );
    expect(audited.map(({ metadata }) => metadata)).toEqual([
      { name: 'north', kind: 'DEDICATED', place: expect.stringMatching(/^127\.0\.0\.1:\d+\/test_/) },
    ]);
  });

  it('never sends its server a password for another database', async () => {
    const primary = world.app.installation;
    const [north, south] = [await second.createDatabase(), await second.createDatabase()];
    await add('apart-north', north);
    await add('apart-south', south, '--kind', 'dedicated');
    const urls = (await world.app.databases.list()).map(({ installation }) => new URL(installation.appUrl));
    const own = urls.filter(({ pathname }) => [north.name, south.name].includes(pathname.slice(1)));
    const known = [new URL(primary.appUrl), ...own];
    expect(own).toHaveLength(2);
    expect(new Set(known.map(({ password }) => password)).size).toBe(3);
    expect(new Set(known.map(({ username }) => username)).size).toBe(3);
    // Both are on one server: making the login of the second one has not locked out the first
    expect((await run('database', 'check', 'apart-north')).json).toMatchObject([{ error: null }]);
  });

  it('lets a new login act as the tenants in the database', async () => {
    const database = await second.createDatabase();
    const { id } = (await add('relogin', database)).json;
    const company = await world.company();
    const owner = await company.as('OWNER');
    await move(world, company, id);
    const sql = postgres(database.url, { max: 1 });
    await sql.unsafe(`create role ${database.name}_later login noinherit password 'of the later login'`);
    await sql.end();
    const later = new URL(database.url);
    [later.username, later.password] = [`${database.name}_later`, encodeURIComponent('of the later login')];
    process.env.TEST_FURTHER_ADMIN_URL = database.url;
    const again = await add('relogin', { url: later.href }, '--admin-url-env', 'TEST_FURTHER_ADMIN_URL');
    expect(again.json).toMatchObject({ id, state: 'READY' });
    expect(await owner.ok('{ clients(first: 1) { nodes { id } } }')).toEqual({ clients: { nodes: [] } });
  });

  it('is idempotent; under another name it is refused', async () => {
    const database = await second.createDatabase();
    const [first, again] = [await add('twice', database), await add('twice', database)];
    expect(again.json.id).toBe(first.json.id);
    expect(await add('thrice', database)).toMatchObject({ code: 5, json: { code: 'ALREADY_EXISTS' } });
    expect(await add('twice', await second.createDatabase())).toMatchObject({ json: { code: 'ALREADY_EXISTS' } });
  });

  it('is completed by the same call after a crash at any point', async () => {
    const database = await second.createDatabase();
    let at = 1;
    for (; ; at++) {
      let left = at;
      const onStatement = () => {
        if (--left === 0) throw new Error('the process died');
      };
      const dying = { ...world.app.fleet, onStatement };
      const wanted = { name: 'reborn', kind: 'SHARED', url: database.url } as const;
      const died = await registerDatabase(dying, wanted, { by: { actor: { kind: 'SYSTEM' } } }).then(
        () => false,
        () => true,
      );
      if (!died) break;
    }
    expect(at).toBeGreaterThan(10);
    expect((await add('reborn', database)).json).toMatchObject({ name: 'reborn', state: 'READY' });
    expect((await run('database', 'check', 'reborn')).json).toMatchObject([{ name: 'reborn', error: null }]);
  });

  it('refuses a database that is used for something else', async () => {
    const [foreign, other] = [await second.createDatabase(), await second.createDatabase()];
    const sql = postgres(foreign.url, { max: 1 });
    await sql`create table shop (id int)`;
    await sql.end();
    expect(await add('shop', foreign)).toMatchObject({ code: 2, json: { code: 'BAD_INPUT' } });
    expect((await add('shop', foreign)).json.message).toContain('not empty: it has public.shop');
    const primary = new URL(world.app.installation.adminUrl);
    primary.searchParams.set('sslmode', 'disable');
    expect((await add('self', { url: primary.href })).json.message).toContain('primary database');
    await add('ours', other);
    const stranger = await ownWorld({ env: { ...second.env, SECRET: `${testSecret} too` } });
    const wanted = { name: 'theirs', kind: 'SHARED', url: other.url } as const;
    await expect(
      registerDatabase(stranger.app.fleet, wanted, { by: { actor: { kind: 'SYSTEM' } } }),
    ).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('another installation'),
    });
    await stranger[Symbol.asyncDispose]();
  });

  it('rejects a wrong password, an internal address, and a host without TLS, and never repeats the password', async () => {
    const database = await second.createDatabase();
    const changed = (change: (url: URL) => void) => {
      const url = new URL(database.url);
      url.password = 'a-secret-of-mine';
      change(url);
      return { url: url.href };
    };
    const answers = [
      await add(
        'wrong',
        changed(() => {}),
      ),
      await add(
        'inside',
        changed((url) => {
          url.hostname = '10.0.0.1';
          url.searchParams.set('sslmode', 'require');
        }),
      ),
      await add(
        'plain',
        changed((url) => {
          url.hostname = 'db.example';
        }),
      ),
      await add(
        'tls',
        changed((url) => url.searchParams.delete('sslmode')),
      ),
    ];
    expect(answers.map(({ json }) => json.message)).toEqual([
      expect.stringContaining('refuses the login postgres'),
      expect.stringContaining('This server may not connect to the host 10.0.0.1'),
      expect.stringContaining('sslmode=disable is not allowed for db.example'),
      expect.stringMatching(/cannot be trusted|does not accept connections/),
    ]);
    expect(JSON.stringify(answers)).not.toContain('a-secret-of-mine');
    expect((await run('database', 'show', 'wrong')).json.code).toBe('NOT_FOUND');
  });
});

describe('a registered database', () => {
  it('is found down, and up again', async () => {
    await add('weather', await second.createDatabase());
    await second.stop();
    const down = await run('database', 'check', 'weather');
    expect(down).toMatchObject({ code: 6 });
    expect((await run('database', 'show', 'weather')).json).toMatchObject({
      state: 'DOWN',
      lastError: expect.stringContaining('does not accept connections'),
    });
    await second.start();
    expect((await run('database', 'check', 'weather')).json).toMatchObject([{ error: null }]);
    expect((await run('database', 'show', 'weather')).json).toMatchObject({ state: 'READY', lastError: null });
  });

  it('that leads elsewhere now is rejected', async () => {
    const [one, two] = [await second.createDatabase(), await second.createDatabase()];
    await add('moving', one);
    await add('still', two);
    const sql = postgres(second.adminUrl, { max: 1 });
    await sql.unsafe(`alter database ${one.name} rename to ${one.name}_old`);
    await sql.unsafe(`alter database ${two.name} rename to ${one.name}`);
    await sql.end();
    const { stdout } = await chantier(['database', 'check', 'moving', '--json']);
    expect(JSON.parse(stdout)[0].error).toContain('a database other than the registered one');
  });

  it('can be retired, and registered again', async () => {
    const database = await second.createDatabase();
    await add('old', database);
    expect(await run('database', 'retire', 'old')).toMatchObject({ code: 0, json: { state: 'RETIRED' } });
    expect((await run('database', 'check', 'old')).json.code).toBe('NOT_FOUND');
    expect((await add('old', database)).json).toMatchObject({ state: 'READY' });
    expect((await run('database', 'retire', 'primary')).json.code).toBe('INVALID_STATE');
  });
});
