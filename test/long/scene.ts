import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { isNotNull, isNull, sql } from 'drizzle-orm';
import { registerDatabase } from '../../src/fleet/databases/register-database.ts';
import type { Finding } from '../../src/fleet/doctor/finding.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { tenantMoves, tenantSchemas } from '../../src/tenancy/tables.ts';
import { by } from '../placement/support.ts';
import { createClient } from '../projects/support.ts';
import { type Installed, installNext } from '../support/release.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import { testSecret } from '../support/test-secret.ts';
import { withoutLimits } from '../support/without-limits.ts';
import { type Company, World } from '../support/world.ts';

export interface Ended {
  /** Null when it was killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

const writing = 'mutation ($input: CreateClientInput!) { createClient(input: $input) { client { name } } }';
const writersCount = 4;
const attempts = 10;

/** Two PostgreSQL servers, a server of the product, organizations that write, and one that is restored. */
export class Scene implements AsyncDisposable {
  /** What each organization was told is saved. */
  readonly written = new Map<Company, string[]>();
  /** Codes of refused writes. */
  readonly refusals: Record<string, number> = {};
  readonly #servers: Record<'home' | 'away', SecondServer>;
  readonly world: World;
  readonly #homeUrl: string;
  /** This build, which gains a migration with each round of `migrate`. */
  readonly build: Installed;
  /** For archives. */
  readonly folder: string;
  /** The organization that does not write. */
  readonly quiet: Company;
  /** Of the quiet organization. */
  archive = '';

  private constructor(
    servers: Record<'home' | 'away', SecondServer>,
    { world, homeUrl, build, folder }: { world: World; homeUrl: string; build: Installed; folder: string },
    { writers, quiet }: { writers: Company[]; quiet: Company },
  ) {
    this.#servers = servers;
    this.world = world;
    this.#homeUrl = homeUrl;
    this.build = build;
    this.folder = folder;
    this.quiet = quiet;
    for (const company of writers) this.written.set(company, []);
  }

  static async open(): Promise<Scene> {
    const [home, away, build, folder] = await Promise.all([
      startSecondServer(),
      startSecondServer(),
      installNext('clients', {}),
      mkdtemp(path.join(tmpdir(), 'chantier-kills-')),
    ]);
    const homeUrl = (await home.createDatabase()).url;
    const env = { ...home.env, POOL_WAIT_MS: '2000', ACCESS_TOKEN_TTL: '1d' };
    const world = await World.open({ env, databaseUrl: homeUrl });
    await migrateFleet(world.app.fleet);
    const { url } = await away.createDatabase();
    await registerDatabase(world.app.fleet, { name: 'away', kind: 'SHARED', url }, { by });
    const writers: Company[] = [];
    for (let n = 1; n <= writersCount; n++) writers.push(await world.company(`Writer ${n}`));
    const quiet = await world.company('Quiet');
    await createClient(await quiet.as('OWNER'), { name: 'kept' });
    const scene = new Scene({ home, away }, { world, homeUrl, build, folder }, { writers, quiet });
    const args = ['tenant', 'backup', quiet.tenant.slug, '--to', folder, '--json'];
    scene.archive = (JSON.parse(await scene.repeat(args)) as { file: string }).file;
    return scene;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
    await Promise.all([this.#servers.home, this.#servers.away, this.build].map((each) => each[Symbol.asyncDispose]()));
    await rm(this.folder, { recursive: true, force: true });
  }

  get acknowledged(): number {
    return [...this.written.values()].reduce((sum, { length }) => sum + length, 0);
  }

  get slugs(): string[] {
    return [...this.written.keys(), this.quiet].map(({ tenant }) => tenant.slug).sort();
  }

  /** Each organization writes until told to stop, whatever happens. */
  async startWriters(isOver: () => boolean): Promise<void> {
    await Promise.all([...this.written].map(([company, written]) => this.#write(company, written, isOver)));
  }

  async #write(company: Company, written: string[], isOver: () => boolean): Promise<void> {
    const owner = await company.as('OWNER');
    for (let n = 0; !isOver(); n++) {
      const { data, errors } = await owner.graphql(writing, { input: { name: `${n}` } });
      if (data?.createClient) written.push(data.createClient.client.name);
      const code = errors[0]?.extensions.code;
      if (code) this.refusals[code] = (this.refusals[code] ?? 0) + 1;
      await delay(15);
    }
  }

  /** Ends a PostgreSQL server as a crash does, and starts it again. */
  async restart(server: 'home' | 'away'): Promise<void> {
    await this.#servers[server].stop('immediate');
    await this.#servers[server].start();
  }

  /** Starts a command of the build. */
  start(args: string[]) {
    const { PATH = '' } = process.env;
    const ofTests = { NODE_ENV: 'test', LOG_LEVEL: 'fatal', SECRET: testSecret, ...withoutLimits };
    const settings = { ...ofTests, DATABASE_URL: this.#homeUrl };
    const child = spawn(process.execPath, [path.join(this.build.folder, 'bin/chantier.js'), ...args], {
      env: { PATH, ...this.#servers.home.env, ...settings },
    });
    const ended: Promise<Ended> = Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]).then(([stdout, stderr, [code]]) => ({ code, stdout, stderr }));
    return { ended, kill: () => child.kill('SIGKILL') };
  }

  /** Runs a command until it succeeds: locks of a killed one end with its connections, a moment later. */
  async repeat(args: string[]): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const { code, stdout, stderr } = await this.start(args).ended;
      if (code === 0) return stdout;
      if (attempt === attempts) throw new Error(`${args.join(' ')} ends with ${code}: ${stderr}`);
      await delay(1_000);
    }
  }

  /** Acknowledged writes that are not there. */
  async missing(): Promise<string[]> {
    const lost: string[] = [];
    for (const [{ tenant }, names] of this.written) {
      const now = await this.world.app.directory.getBySlug(tenant.slug);
      const rows = await this.world.app.binding.read(now, (db) =>
        db.execute<{ name: string }>(sql`select name from clients`),
      );
      const there = new Set([...rows].map(({ name }) => name));
      lost.push(...names.filter((name) => !there.has(name)).map((name) => `${tenant.slug}: ${name}`));
    }
    return lost;
  }

  /** What commands that were killed left, although they were resumed. */
  async leftovers() {
    const { catalog } = this.world.app;
    const openMoves = await catalog.read((db) => db.select().from(tenantMoves).where(isNull(tenantMoves.endedAt)));
    const withheld = await catalog.read((db) =>
      db.select().from(tenantSchemas).where(isNotNull(tenantSchemas.quarantinedAt)),
    );
    const { stdout } = await this.start(['doctor', '--json']).ended;
    const { findings, drift } = JSON.parse(stdout) as { findings: Finding[]; drift: unknown[] };
    // Not the settings: these servers run without fsync
    const problems = findings.filter(({ severity, check }) => severity === 'PROBLEM' && check !== 'settings');
    return { openMoves, withheld, problems: [...problems, ...drift] };
  }
}
