import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { logged } from '../support/program.ts';
import { hasCommit, type Installed, installNext, installRelease, readReleases } from '../support/release.ts';
import { testSecret } from '../support/test-secret.ts';
import { withoutLimits } from '../support/without-limits.ts';

const releases = await readReleases();
const previous = releases.at(-1)!;

const expansion = '20990101000000_rolling';
const contraction = '20990102000000_contract_rolling';

interface Server {
  url: string;
  child: ChildProcess;
  /** Requests that it has not answered. */
  running: number;
}

interface Writer {
  slug: string;
  token: string;
  written: string[];
  errors: string[];
}

// An archive of the sources has no history, and so no previous release to install
describe.runIf(await hasCommit(previous.commit))('a rolling release under writes', () => {
  const resources = new AsyncDisposableStack();
  const children = new Set<ChildProcess>();
  const serving: Server[] = [];
  let stopped = false;
  let env: Record<string, string>;
  let old: Installed;
  let next: Installed;

  beforeAll(async () => {
    const database = resources.use(await createDatabase());
    const { PATH = '', HOME = '' } = process.env;
    const production = { NODE_ENV: 'production', SECRET: testSecret, PORT: '0', HOST: '127.0.0.1', ...withoutLimits };
    env = { PATH, HOME, ...production, DATABASE_URL: database.url, SPARE_SCHEMAS: '0', POOL_SIZE: '2' };
    [old, next] = await Promise.all([
      installRelease(previous),
      installNext('clients', {
        [expansion]: 'ALTER TABLE "clients" ADD COLUMN "rolling" integer;',
        [contraction]: 'ALTER TABLE "clients" DROP COLUMN "rolling";',
      }),
    ]);
    resources.use(old);
    resources.use(next);
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await resources.disposeAsync();
  });

  function start({ folder }: Installed, args: string[]): ChildProcess {
    const child = spawn(process.execPath, [path.join(folder, 'bin/chantier.js'), ...args], { env });
    children.add(child);
    child.once('close', () => children.delete(child));
    return child;
  }

  async function chantier(installed: Installed, ...args: string[]) {
    const child = start(installed, args);
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout!),
      text(child.stderr!),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    return { code, stdout, stderr };
  }

  async function join(installed: Installed): Promise<Server> {
    const child = start(installed, ['serve']);
    const { port } = await logged(child, 'listening');
    child.stderr!.resume();
    const server = { url: `http://127.0.0.1:${port}`, child, running: 0 };
    serving.push(server);
    return server;
  }

  /** As a load balancer takes a server out: no new requests, then the end. */
  async function leave(server: Server): Promise<void> {
    serving.splice(serving.indexOf(server), 1);
    await expect.poll(() => server.running).toBe(0);
    server.child.kill('SIGTERM');
    expect(await once(server.child, 'close')).toEqual([0, null]);
  }

  async function ask(server: Server, { slug, token }: Writer, query: string) {
    server.running++;
    try {
      const response = await fetch(`${server.url}/t/${slug}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query }),
      });
      return (await response.json()) as { errors?: { message: string; extensions: { code: string } }[] };
    } finally {
      server.running--;
    }
  }

  async function write(writer: Writer): Promise<void> {
    for (let n = 0; !stopped; n++) {
      const name = `${writer.slug} ${n}`;
      const server = serving[n % serving.length]!;
      const { errors } = await ask(
        server,
        writer,
        `mutation { createClient(input: { name: "${name}" }) { lastEventId } }`,
      );
      if (errors) writer.errors.push(errors[0]!.extensions.code);
      else writer.written.push(name);
      await delay(20);
    }
  }

  async function organization(slug: string): Promise<Writer> {
    const email = `owner@${slug}.example`;
    const names = ['--first-name', 'Own', '--last-name', 'Er', '--tenant', slug, '--role', 'OWNER'];
    for (const args of [
      ['tenant', 'create', slug, '--slug', slug],
      ['user', 'create', email, ...names],
    ]) {
      expect(await chantier(old, ...args)).toMatchObject({ code: 0 });
    }
    const { stdout } = await chantier(old, 'token', '--tenant', slug, '--user', email);
    return { slug, token: stdout.trim(), written: [], errors: [] };
  }

  /** Until every writer has written again, since the call. */
  const goesOn = (...writers: Writer[]) => {
    const before = writers.map(({ written }) => written.length);
    return expect.poll(() => writers.every(({ written }, n) => written.length > before[n]! + 2)).toBe(true);
  };

  it('meets no error but MIGRATING of the one organization whose migration fails', { timeout: 600_000 }, async () => {
    const sql = postgres(env.DATABASE_URL!, { max: 1, onnotice: () => {} });
    resources.defer(() => sql.end());
    expect(await chantier(old, 'migrate')).toMatchObject({ code: 0 });
    const [sound, broken] = [await organization('sound'), await organization('broken')];
    const olds = [await join(old), await join(old)];
    const writing = [sound, broken].map(write);
    await goesOn(sound, broken);

    const [{ schema }] = await sql<[{ schema: string }]>`
      select schema_name as schema from catalog.organizations where slug = 'broken'`;
    await sql`alter table ${sql(schema)}.clients add column rolling integer`;
    const failed = await chantier(next, 'migrate');
    expect([failed.code, failed.stdout]).toEqual([8, expect.stringContaining('failed broken')]);
    const news = [await join(next), await join(next)];
    await goesOn(sound);
    await expect.poll(() => broken.errors.length).toBeGreaterThan(2);

    await sql`alter table ${sql(schema)}.clients drop column rolling`;
    const refused = await chantier(next, 'migrate');
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain(`clients/${contraction} must wait`);
    for (const { child } of olds) expect(refused.stderr).toContain(`process ${child.pid}`);
    await goesOn(sound, broken);

    for (const server of olds) await leave(server);
    await goesOn(sound, broken);
    const back = await join(old);
    for (const server of news) await leave(server);
    await goesOn(sound, broken);
    const forward = await join(next);
    await leave(back);
    await goesOn(sound, broken);
    expect(await chantier(next, 'migrate')).toMatchObject({ code: 0 });
    await goesOn(sound, broken);
    stopped = true;
    await Promise.all(writing);
    await leave(forward);

    expect([...new Set(sound.errors)]).toEqual([]);
    expect([...new Set(broken.errors)]).toEqual(['MIGRATING']);
    for (const { slug, written } of [sound, broken]) {
      const [{ name }] = await sql<[{ name: string }]>`
        select schema_name as name from catalog.organizations where slug = ${slug}`;
      const rows = await sql<{ name: string }[]>`select name from ${sql(name)}.clients`;
      expect(written.filter((each) => !rows.some((row) => row.name === each))).toEqual([]);
      const columns = await sql`select from information_schema.columns
        where table_schema = ${name} and table_name = 'clients' and column_name = 'rolling'`;
      expect(columns).toHaveLength(0);
    }
  });
});
