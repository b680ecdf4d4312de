import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moveTenant } from '../src/fleet/move/move-tenant.ts';
import { listRetained } from '../src/fleet/retained/list-retained.ts';
import { MigrationLines, migrationsRoot } from '../src/fleet/schemas/migration-lines.ts';
import { openProofTarget } from '../src/proof-target.ts';
import { buildGraphServer } from '../src/serve.ts';
import { HttpServer } from '../src/server/http.ts';
import { coreModules } from '../src/tenancy/modules.ts';
import { commandLine } from './support/command-line.ts';
import type { TestDatabase } from './support/create-database.ts';
import { ownWorld } from './support/own-world.ts';
import { type SecondServer, startSecondServer } from './support/second-server.ts';
import { root } from './support/sources.ts';
import type { World } from './support/world.ts';

/*
 * Every command of docs/operations.md, run as it is written and in its order, on two database servers: folders,
 * addresses and names of archives are those of the test, and an organization acme is there whenever one is spoken of.
 */
const page = await readFile(path.join(root, 'docs/operations.md'), 'utf8');

interface Block {
  title: string;
  lines: string[];
}

/** The shell blocks of the page, each under the heading that it stands below. */
const blocks: Block[] = page.split(/^(?=##+ )/m).flatMap((section) => {
  const title = /^##+ (.*)$/m.exec(section)?.[1] ?? '';
  return [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, text]) => ({
    title,
    lines: text!
      .replaceAll(/\\\n\s*/g, '')
      .split('\n')
      .filter(Boolean),
  }));
});

/** What runs until it is told to end, and what takes a minute. */
const testedElsewhere = new Map([
  ['npx chantier serve', 'test/cli/process.test.ts'],
  ['npx chantier tenant prove', 'test/proof/prove.test.ts'],
  ['docker compose up --build --wait', 'compose.yaml'],
  [
    'npx chantier tenant recover acme --at 2026-11-30T09:41:07Z --from-cluster-env RESTORED_URL --yes',
    'test/backups/recover.test.ts',
  ],
]);

const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

let folder: string;
let second: SecondServer;
let here: World;
let http: HttpServer;
let lines: MigrationLines;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'chantier-operations-'));
  await writeFile(path.join(folder, 'archive.key'), randomBytes(32).toString('base64'));
  await cp(path.join(root, 'schema.graphql'), path.join(folder, 'next.graphql'));
  const documents = { a1b2: 'query Viewer { viewer { role } }' };
  await writeFile(path.join(folder, 'persisted-documents.json'), JSON.stringify(documents));
  // The page takes its example of an optional module from a build that has one
  const migrations = path.join(folder, 'drizzle');
  await cp(migrationsRoot, migrations, { recursive: true });
  const billing = path.join(migrations, 'billing', '20991231000000_init');
  await mkdir(billing, { recursive: true });
  await writeFile(path.join(billing, 'migration.sql'), 'CREATE TABLE "invoices" ("id" uuid PRIMARY KEY);');
  lines = new MigrationLines(migrations, coreModules, ['billing']);
  second = await startSecondServer();
  const env = { ...second.env, CANARY_GROUPS: '{"early":["acme","globex"]}' };
  here = await ownWorld({ env });
  http = await HttpServer.listen({
    router: buildGraphServer(here.app).router,
    host: '127.0.0.1',
    port: 0,
    graceMs: 1_000,
  });
  for (const name of ['PARIS_URL', 'ACME_ADMIN_URL']) process.env[name] = (await second.createDatabase()).url;
  process.env.ACME_URL = process.env.ACME_ADMIN_URL;
});

afterAll(async () => {
  await http.close();
  await here[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** The command line over an installation. */
function over({ app }: World) {
  const { catalog, directory, binding, identity, options } = app;
  const chantier = commandLine({ config: options.config, catalog, directory, binding, identity, fleet: fleetOf(app) });
  const openForProof = () => openProofTarget(here.app, { closes: false });
  const openWorker = async () => {
    const worker = app.startWorkers(1);
    return { worker, directory, [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose]() };
  };
  return async (args: readonly string[]) => {
    // It works until a signal ends it
    const signal = args[0] === 'worker' ? AbortSignal.abort() : new AbortController().signal;
    const { code, stdout, stderr } = await chantier(args, { openForProof, openWorker, signal });
    // The doctor does not like how servers of tests are set: durability is off
    if (args[0] !== 'doctor')
      expect([args.join(' '), code, code === 0 ? '' : stdout + stderr]).toEqual([args.join(' '), 0, '']);
    else expect([0, 5]).toContain(code);
    return stdout;
  };
}

const fleetOf = ({ fleet }: World['app']) => ({ ...fleet, lines });

/** The newest archive whose name begins so. */
async function archive(name: string): Promise<string> {
  const there = (await readdir(path.join(folder, 'backups'))).filter(
    (file) => file.startsWith(`${name}.`) && file.endsWith('.tar'),
  );
  return path.join(folder, 'backups', there.sort().at(-1) ?? 'none');
}

/** A line's words with the places of this test. */
async function localised(line: string): Promise<string[]> {
  const [catalog, acme] = /\.tar\b/.test(line) ? [await archive('catalog'), await archive('acme')] : ['', ''];
  const [retained] = / --schema /.test(line) ? await listRetained(here.app.catalog, 'acme') : [];
  const [key] = / Ab3dEf6h\b/.test(line) ? await here.app.catalog.read((db) => db.query.apiKeys.findMany()) : [];
  const isDrill = line.includes(' verify --all --from ');
  return words(line).map((word) =>
    word
      .replace(/^\/backups$/, isDrill ? path.join(folder, 'drill') : '/backups')
      .replace(/^tenant_0a1b2c3d4e5f$/, retained?.schemaName ?? '')
      .replace(/^Ab3dEf6h$/, key?.prefix ?? '')
      .replace(/^\/backups\/catalog\..*\.tar$/, catalog)
      .replace(/^\/backups\/acme\..*\.tar$/, acme)
      // The log of the test has begun only now
      .replace(/^2026-11-30T09:41:07Z$/, new Date().toISOString())
      .replace(/^\/etc\/chantier(?=\/)/, folder)
      .replace(/^(?=\/(backups|exports)\b)/, folder)
      .replace(/^(?=(?:next\.graphql|persisted-documents\.json)$)/, `${folder}/`)
      // Not so many: each takes a moment
      .replace(/^200$/, '2'),
  );
}

/** Makes an organization unless it is there. */
async function ensure(world: World, slug: string): Promise<void> {
  if (!(await world.app.directory.findBySlug(slug))) await over(world)(['tenant', 'create', slug, '--slug', slug]);
}

async function runBlock(world: World, { lines }: Block): Promise<void> {
  const chantier = over(world);
  for (const line of lines) {
    if (testedElsewhere.has(line)) continue;
    expect(line).toMatch(/^npx chantier /);
    if (line.endsWith('--cancel')) await interruptMove(world);
    await chantier((await localised(line)).slice(2));
  }
}

/** Takes back the move that the line before made, and begins it anew without letting it reach its end. */
async function interruptMove(world: World): Promise<void> {
  await over(world)(['tenant', 'move', 'acme', '--rollback']);
  const { id } = await world.app.directory.getBySlug('acme');
  const to = await world.app.fleet.databases.getByName('acme-own');
  const by = { actor: { kind: 'SYSTEM' } } as const;
  const signal = AbortSignal.abort();
  const moving = moveTenant(fleetOf(world.app), id, to.id, { by, signal });
  await expect(moving).rejects.toMatchObject({ code: 'CANCELLED' });
}

/** The dedicated database of acme. */
let own: TestDatabase | undefined;

async function moveToOwn(): Promise<TestDatabase> {
  const chantier = over(here);
  const database = await second.createDatabase();
  process.env.ACME_URL = database.url;
  await chantier(['database', 'add', 'acme-own', '--kind', 'dedicated', '--url-env', 'ACME_URL']);
  await chantier(['tenant', 'move', 'acme', '--to', 'acme-own']);
  await chantier(['tenant', 'move', 'acme', '--confirm', '--yes']);
  return database;
}

/** Loses the dedicated database of acme, just after acme was archived. The next database is there already. */
async function loseDatabase(): Promise<void> {
  await ensure(here, 'acme');
  own ??= await moveToOwn();
  await over(here)(['tenant', 'backup', 'acme', '--to', path.join(folder, 'backups')]);
  await own.drop();
  own = await second.createDatabase();
  process.env.NEW_ACME_URL = own.url;
}

/** Archives of one key: beside the encrypted ones the page has made others, which a drill with a key refuses. */
async function archiveForDrill(): Promise<void> {
  const [to, key] = [path.join(folder, 'drill'), path.join(folder, 'archive.key')];
  await over(here)(['tenant', 'backup', '--all', '--to', to, '--key-file', key]);
}

/** The version that the page retires. */
async function pushFormerVersion(): Promise<void> {
  const manifest = path.join(folder, 'persisted-documents.json');
  await over(here)(['documents', 'push', manifest, '--client', 'web', '--client-version', '3.1.0']);
}

const isLostDatabase = ({ lines }: Block): boolean =>
  lines.some((line) => /database (replace|retire .*--lost)/.test(line));

const isRest = ({ lines }: Block): boolean => lines.some((line) => line.startsWith('curl '));
const isLoss = ({ lines }: Block): boolean => lines.some((line) => line.startsWith('npx chantier restore '));

describe('the commands of docs/operations.md', () => {
  it.each(blocks.map((block) => ({ ...block, first: block.lines[0]! })))(
    '$title: $first',
    { timeout: 120_000 },
    async (block) => {
      if (isRest(block)) return await runCurl(block);
      if (isLoss(block)) return await afterLoss(block);
      if (isLostDatabase(block)) await loseDatabase();
      if (block.lines.some((line) => line.includes('documents retire'))) await pushFormerVersion();
      if (block.lines.some((line) => line.includes(' verify --all --from '))) await archiveForDrill();
      const makesIt = block.lines.some((line) => line.startsWith('npx chantier tenant create '));
      for (const slug of ['acme', 'globex']) {
        if (!makesIt && block.lines.some((line) => new RegExp(`\\b${slug}\\b`).test(line))) await ensure(here, slug);
      }
      await runBlock(here, block);
    },
  );

  it('cover every command of an operator', async () => {
    const program = await over(here)(['--help']);
    expect(program).toContain('tenant');
    const written = blocks.flatMap((block) => block.lines).join('\n');
    for (const group of [[], ['tenant'], ['database']]) {
      const help = await over(here)([...group, '--help']);
      const names = [
        ...help
          .split('Commands:')[1]!
          .split('\n\n')[0]!
          .matchAll(/^ {2}([a-z]+)/gm),
      ].map(([, name]) => name!);
      for (const name of names.filter(
        (each) => !['help', 'tenant', 'database', 'user', 'schema', 'import', 'generate'].includes(each),
      )) {
        expect(written).toMatch(new RegExp(`chantier ${[...group, name].join(' ')}\\b`));
      }
    }
  });
});

/** A new installation with the same SECRET, as after the loss of a database. */
async function afterLoss(block: Block): Promise<void> {
  await using anew = await ownWorld({ env: second.env });
  await runBlock(anew, block);
  expect(await anew.app.directory.findBySlug('acme')).toMatchObject({ status: 'ACTIVE', quarantined: false });
}

const run = promisify(execFile);

/** Runs the lines in a shell; the first answer after the move has the shape that the page shows. */
async function runCurl({ lines }: Block): Promise<void> {
  await ensure(here, 'acme');
  const chantier = over(here);
  const email = 'own@acme.example';
  await chantier([
    'user',
    'create',
    email,
    '--first-name',
    'O',
    '--last-name',
    'W',
    '--tenant',
    'acme',
    '--role',
    'OWNER',
  ]);
  const TOKEN = (await chantier(['token', '--tenant', 'acme', '--user', email])).trim();
  const { id: ORGANIZATION } = await here.app.directory.getBySlug('acme');
  const { url } = await second.createDatabase();
  const answers: { success: boolean; data: Record<string, unknown> }[] = [];
  for (const line of lines) {
    const local = line
      .replace('https://chantier.example', `http://127.0.0.1:${http.port}`)
      .replace('postgresql://user:password@host:5432/org1_db', url);
    const { stdout } = await run('sh', ['-c', `${local} -sS`], { env: { ...process.env, TOKEN, ORGANIZATION } });
    answers.push(JSON.parse(stdout));
  }
  const shown = JSON.parse(/```json\n(.*?)```/s.exec(page)![1]!) as (typeof answers)[number];
  expect(answers.map(({ success }) => success)).toEqual([true, true, true, true]);
  expect(answers.map(({ data }) => data.hasDedicatedDatabase)).toEqual([false, true, false, undefined]);
  expect(Object.keys(answers[1]!.data)).toEqual(Object.keys(shown.data));
  expect(answers[1]!.data.databaseUrl).toBe(url.replace(/:[^:@]+@/, ':***@'));
  expect(answers[3]!.data).toMatchObject({ phase: 'SWITCHED', to: 'primary' });
}
