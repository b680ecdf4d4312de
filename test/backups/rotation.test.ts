import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { restoreNew } from '../../src/fleet/archive/restore-new.ts';
import { secretsTask } from '../../src/fleet/schedule/secrets-task.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { resealIdentity } from '../../src/identity/reseal-identity.ts';
import { silentLogger } from '../../src/lib/logger.ts';
import { archiveOf, scratchFolder, withAdmins } from '../archive/support.ts';
import { furtherDatabase, move } from '../placement/support.ts';
import { createClient } from '../projects/support.ts';
import { commandLine } from '../support/command-line.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import { type Member, World } from '../support/world.ts';

const [old, next] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')] as const;
const folder = await scratchFolder();
let database: TestDatabase;
let second: SecondServer;

beforeAll(async () => {
  [database, second] = await Promise.all([createDatabase(), startSecondServer()]);
});

afterAll(async () => {
  await second[Symbol.asyncDispose]();
  await database.drop();
});

/** A server of the installation with these secrets. */
const serve = (SECRET: string, ...others: string[]): Promise<World> => {
  const env = { ...second.env, SECRET, ...(others.length > 0 && { PREVIOUS_SECRETS: others.join() }) };
  return World.open({ databaseUrl: database.url, env });
};

const refresh = `mutation ($input: RefreshSessionInput!) {
  refreshSession(input: $input) { tokens { accessToken refreshToken } }
}`;

/** Two servers, which are replaced one after the other while members ask them. */
class RollingServers {
  readonly #servers: World[];
  readonly #busy = new Map<World, number>();
  readonly failures: unknown[] = [];
  asked = 0;

  constructor(servers: World[]) {
    this.#servers = servers;
  }

  get last(): World {
    return this.#servers.at(-1)!;
  }

  /** A server finishes its requests before it ends, like one that is told to stop. */
  async replaceAll(...secrets: [string, ...string[]]): Promise<void> {
    for (const [n, before] of this.#servers.entries()) {
      this.#servers[n] = await serve(...secrets);
      await expect.poll(() => this.#busy.get(before) ?? 0, { interval: 5 }).toBe(0);
      await before[Symbol.asyncDispose]();
    }
  }

  /** Each member reads and refreshes its session, on one server after the other, until the work is done. */
  async underLoad(members: readonly Member[], work: () => Promise<void>): Promise<void> {
    let done = false;
    const asking = members.map(async (member, from) => {
      for (let turn = from; !done; turn++) {
        await this.#ask(turn, (server) => readAs(server, member));
        await this.#ask(turn, (server) => refreshOf(server, member));
      }
    });
    await work().finally(() => {
      done = true;
    });
    await Promise.all(asking);
  }

  async #ask(turn: number, question: (server: World) => Promise<unknown>): Promise<void> {
    const server = this.#servers[turn % this.#servers.length]!;
    this.#busy.set(server, (this.#busy.get(server) ?? 0) + 1);
    const failure = await question(server).catch((error: unknown) => error);
    if (failure) this.failures.push(failure);
    this.asked++;
    this.#busy.set(server, this.#busy.get(server)! - 1);
  }

  async end(): Promise<void> {
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
  }
}

async function readAs(server: World, member: Member): Promise<unknown> {
  const { data, errors } = await server.graphql('{ clients(first: 5) { nodes { name } } }', {}, member.headers);
  return errors[0] ?? (data.clients.nodes.length === 0 ? 'no clients' : undefined);
}

async function refreshOf(server: World, member: Member): Promise<unknown> {
  const { data, errors } = await server.graphql(refresh, { input: { refreshToken: member.session.refreshToken } });
  if (errors.length === 0) Object.assign(member.session, data.refreshSession.tokens);
  return errors[0];
}

it('SECRET is replaced under load: no request fails, sessions go on, old archives open, the old one is not needed', async () => {
  const first = await serve(old);
  await migrateFleet(first.app.fleet);
  const [here, far] = [await first.company('Here'), await first.company('Far')];
  const dedicated = await furtherDatabase(first, second);
  await move(first, far, dedicated.id);
  const members = [await here.as('OWNER'), await far.as('OWNER')];
  for (const member of members) await createClient(member, { name: 'Kept' });
  const archive = await archiveOf(first, here.tenant, folder);
  const servers = new RollingServers([first, await serve(old)]);
  await servers.underLoad(members, async () => {
    await servers.replaceAll(old, next);
    await servers.replaceAll(next, old);
    const { app } = servers.last;
    const ofAccounts = () => resealIdentity(app.identity);
    // The servers' own task renews the databases' secrets even if accounts have nothing left to reseal
    await ofAccounts();
    await secretsTask(app.fleet, { resealIdentity: ofAccounts, logger: silentLogger }).run();
    const { code, stdout } = await commandLine(app)(['secrets', 'reseal', '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { resealed: 0, unopened: 0, failed: [] }]);
    await servers.replaceAll(next);
  });
  console.info(`${servers.asked} requests during the rotation`);
  expect(servers.failures).toEqual([]);
  expect(servers.asked).toBeGreaterThan(20);
  const { app } = servers.last;
  await withAdmins(servers.last, (admins) => restoreNew(app.fleet, admins, archive, { slug: 'from-old-archive' }));
  await servers.end();
});

it('a server connects while its login has the password of the other secret', async () => {
  await using first = await serve(next, old);
  await using _other = await serve(old, next);
  const { appUrl: url, otherPasswords } = first.app.installation;
  await using ofUrl = new Admin({ url });
  await expect(ofUrl.run('select 1')).rejects.toMatchObject({ code: '28P01' });
  await using ofBoth = new Admin({ url, otherPasswords });
  expect(await ofBoth.run('select 1 as one')).toEqual([{ one: 1 }]);
});

it('an idempotent request is replayed by a server whose current secret is another', async () => {
  await using first = await serve(next, old);
  await using other = await serve(old, next);
  const company = await first.company('Once');
  const headers = { ...(await company.as('OWNER')).headers, 'idempotency-key': 'rotation' };
  const mutation = 'mutation { createApiKey(input: { name: "Key", scopes: [PROJECT_READ] }) { key } }';
  const made = await first.graphql(mutation, {}, headers);
  expect(made.errors).toEqual([]);
  const again = await other.graphql(mutation, {}, headers);
  expect(again.data).toEqual(made.data);
  const different = await other.graphql(mutation.replace('"Key"', '"Other"'), {}, headers);
  expect(different.errors[0]?.extensions.code).toBe('IDEMPOTENCY_MISMATCH');
});
