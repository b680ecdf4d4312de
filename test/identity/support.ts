import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { afterAll } from 'vitest';
import type { z } from 'zod';
import { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { provisionTenant } from '../../src/fleet/schemas/provision.ts';
import { addMember, type Membership } from '../../src/identity/add-member.ts';
import { createUser } from '../../src/identity/create-user.ts';
import type { Identity } from '../../src/identity/identity.ts';
import { Passwords } from '../../src/identity/password.ts';
import type { Person } from '../../src/identity/profile-gateway.ts';
import type { Role } from '../../src/identity/roles.ts';
import type { SignedIn } from '../../src/identity/sessions.ts';
import { signIn } from '../../src/identity/sign-in.ts';
import { signUp, type signUpInput } from '../../src/identity/sign-up.ts';
import { verifyEmail } from '../../src/identity/verify-email.ts';
import { isViewer, type Viewer } from '../../src/identity/viewer.ts';
import { later } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/logger.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { TestMailer } from '../support/test-mailer.ts';

export const password = 'a long enough password';
const cheap = { memory: 64, passes: 1, parallelism: 1 };

/** Time as the test says. It stands still unless told. */
export class TestClock {
  #now = new Date();
  readonly now = () => this.#now;

  advance(ms: number): void {
    this.#now = later(this.#now, ms);
  }
}

export interface Signed {
  person: Person;
  membership: Membership;
  session: SignedIn;
  authorization: string;
}

/** One process of an installation that has its database to itself. */
export class Process implements AsyncDisposable {
  readonly app: App;
  readonly mailer: TestMailer;
  readonly clock: TestClock;
  readonly statements: string[];
  readonly identity: Identity;
  readonly #database: TestDatabase;

  private constructor(app: App, database: TestDatabase, shared: Shared, statements: string[]) {
    this.app = app;
    this.#database = database;
    this.statements = statements;
    this.clock = shared.clock;
    this.mailer = shared.mailer;
    this.identity = { ...app.identity, mailer: shared.mailer };
  }

  static async open(database: TestDatabase, shared: Shared): Promise<Process> {
    const statements: string[] = [];
    const app = await App.open({
      config: loadConfig({ NODE_ENV: 'test', DATABASE_URL: database.url, SECRET: 's'.repeat(32) }),
      logger: createLogger({ level: 'silent' }),
      clock: shared.clock.now,
      passwords: new Passwords({ cost: cheap }),
      onStatement: (text) => statements.push(text),
    });
    await migrateFleet(app.fleet);
    return new Process(app, database, shared, statements);
  }

  company(name = 'Acme'): Promise<Tenant> {
    const place = { timeZone: 'Europe/Paris', locale: 'fr-FR', currency: 'EUR' };
    return provisionTenant(this.app.fleet, {
      name,
      slug: `${name.toLowerCase()}-${randomUUID().slice(0, 8)}`,
      ...place,
    });
  }

  user(): Promise<Person> {
    const email = `${randomUUID()}@example.org`;
    return createUser(this.identity, { email, password, firstName: 'Ada', lastName: 'Lovelace' });
  }

  /** A new person who is a member of the tenant, signed in to it. */
  async member(tenant: Tenant, role: Role): Promise<Signed> {
    const person = await this.user();
    const membership = await addMember(this.identity, { person, tenant, role }, {});
    return { person, membership, ...(await this.signIn(person.email, tenant.id)) };
  }

  async signIn(email: string, organizationId?: string): Promise<{ session: SignedIn; authorization: string }> {
    const session = await signIn(this.identity, { email, password, organizationId }, {});
    return { session, authorization: `Bearer ${session.accessToken}` };
  }

  /** Signs up with an address that nobody has, follows the link, and enters the organization. */
  async signUp(wanted: Omit<z.input<typeof signUpInput>, 'password' | 'firstName' | 'lastName'>): Promise<SignedIn> {
    const { email } = wanted;
    await signUp(this.identity, { password, firstName: 'Grace', lastName: 'Hopper', ...wanted }, {});
    return await verifyEmail(this.identity, { token: this.mailer.tokenFor(email), password }, {});
  }

  /** Runs a statement as superuser. */
  async administer(statement: string): Promise<void> {
    const sql = postgres(this.#database.url, { max: 1, onnotice: () => {} });
    await sql.unsafe(statement);
    await sql.end();
  }

  /** Who the authorization stands for, in an organization. */
  async viewer(authorization: string): Promise<Viewer> {
    const who = await this.app.authenticator.authenticate({ authorization });
    if (!isViewer(who)) throw new Error('this is not a token of an organization');
    return who;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app[Symbol.asyncDispose]();
  }
}

interface Shared {
  clock: TestClock;
  mailer: TestMailer;
}

/**
 * One or two processes for a test file (the second is the first when there is one only); closed, and their database
 * dropped, at its end.
 */
export async function processes(count: 1 | 2): Promise<[Process, Process]> {
  const database = await createDatabase();
  const shared = { clock: new TestClock(), mailer: new TestMailer() };
  const opened: Process[] = [];
  afterAll(async () => {
    for (const process of opened) await process[Symbol.asyncDispose]();
    await database.drop();
  });
  for (let n = 0; n < count; n++) opened.push(await Process.open(database, shared));
  const [here, there = here] = opened as [Process, Process?];
  return [here, there];
}

/** The codes of what was refused, and `ok` for what was not. */
export const outcomes = async (promises: Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(promises)).map((result) => (result.status === 'fulfilled' ? 'ok' : codeOf(result.reason)));

/** The same of steps that are begun one after another, where one may decide what the next one finds. */
export async function outcomesInTurn(steps: (() => Promise<unknown>)[]): Promise<string[]> {
  const codes: string[] = [];
  for (const step of steps) codes.push(...(await outcomes([step()])));
  return codes;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

export const tally = (codes: string[]): Record<string, number> =>
  Object.fromEntries([...new Set(codes)].map((code) => [code, codes.filter((other) => other === code).length]));
