import { randomBytes } from 'node:crypto';
import { afterAll, expect } from 'vitest';
import { App } from '../../src/app.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { provisionTenant } from '../../src/fleet/schemas/provision.ts';
import { addMember } from '../../src/identity/add-member.ts';
import { Passwords } from '../../src/identity/password.ts';
import type { Role } from '../../src/identity/roles.ts';
import { openSession, type SignedIn, signedIn } from '../../src/identity/sessions.ts';
import { users } from '../../src/identity/tables.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { createLogger, type Logger } from '../../src/lib/logger.ts';
import type { Mailer } from '../../src/mail/mailer.ts';
import { buildGraphServer, type GraphServer } from '../../src/serve.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { BothWays } from './both-ways.ts';
import { citusBreaches } from './citus-lint.ts';
import { copyInstallation } from './database.ts';
import { testSecret } from './test-secret.ts';
import { isRouted, pooledEnvironment, routed } from './through-pgbouncer.ts';
import { withoutLimits } from './without-limits.ts';

/** Cheap enough for tests; the real cost is tested where passwords are. */
export const testPasswords = (): Passwords => new Passwords({ cost: { memory: 64, passes: 1, parallelism: 1 } });

export interface WorldOptions {
  /** Superuser's address of the database; a copy of the run's installation, which is dropped at the end, if absent. */
  databaseUrl?: string;
  env?: Record<string, string>;
  clock?: Clock;
  logger?: Logger;
  mailer?: Mailer;
}

export interface GraphResult<Data> {
  data: Data;
  errors: { message: string; path?: (string | number)[]; extensions: { code: string; [key: string]: unknown } }[];
  status: number;
  headers: Headers;
  /** The SQL that the request sent to its tenant, without what binds and ends sessions and without the catalog's. */
  statements: string[];
}

/** What a test's answers look like when it does not say: everything may be looked into. */
// biome-ignore lint/suspicious/noExplicitAny: tests read the answers that they expect
type Loose = any;

/** One server of the product with its own caches, over the database of the run, without a socket. */
export class World implements AsyncDisposable {
  readonly app: App;
  readonly yoga: GraphServer['yoga'];
  /** The same and all other routes, for a socket. */
  readonly router: GraphServer['router'];
  readonly #recorded: string[];
  readonly #bothWays: BothWays | undefined;
  readonly #resources = new AsyncDisposableStack();

  private constructor(app: App, recorded: string[]) {
    this.app = app;
    this.#bothWays = BothWays.where(app, recorded);
    const { yoga, router } = buildGraphServer(app);
    this.yoga = this.#bothWays?.yoga ?? yoga;
    this.router = router;
    this.#recorded = recorded;
  }

  static async open({ databaseUrl, env, clock, logger, mailer }: WorldOptions = {}): Promise<World> {
    const recorded: string[] = [];
    const copy = databaseUrl === undefined ? await copyInstallation() : undefined;
    const url = databaseUrl ?? copy!.url;
    const pooled = isRouted() ? await pooledEnvironment(url, routed) : {};
    const app = await App.open({
      config: testConfig(url, { ...pooled, ...env }),
      logger: logger ?? createLogger({ level: 'fatal' }),
      passwords: testPasswords(),
      onStatement: (text) => recorded.push(text),
      ...(clock && { clock }),
      ...(mailer && { mailer }),
    });
    const world = new World(app, recorded);
    if (copy) world.defer(() => copy.drop());
    return world;
  }

  /** Every SQL text that this server has sent. */
  get recorded(): readonly string[] {
    return this.#recorded;
  }

  /** A superuser's address of its database. */
  get databaseUrl(): string {
    return this.app.installation.adminUrl;
  }

  /** A new organization with a schema of its own. */
  async company(name = 'Acme'): Promise<Company> {
    const slug = `${name.toLowerCase().replaceAll(' ', '-')}-${randomBytes(4).toString('hex')}`;
    const tenant = await provisionTenant(this.app.fleet, {
      name,
      slug,
      timeZone: 'Europe/Paris',
      locale: 'fr-FR',
      currency: 'EUR',
    });
    return new Company(this, tenant);
  }

  /** A person with an account, in no organization yet. */
  async user(person: Partial<Person> = {}): Promise<Person> {
    const id = uuidv7();
    const made = { id, email: `${id}@example.test`, firstName: 'Test', lastName: 'Person', ...person };
    await this.app.catalog.write(async (tx) => {
      await tx.insert(users).values({ ...made, emailVerifiedAt: new Date() });
    });
    return made;
  }

  async graphql<Data = Loose>(
    query: string,
    variables: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<GraphResult<Data>> {
    const from = this.#recorded.length;
    const request = () =>
      new Request('http://localhost/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
    const response = await this.yoga.fetch(request());
    const body = (await response.json()) as { data?: Data; errors?: GraphResult<Data>['errors'] };
    const statements = tenantStatements(this.#recorded.slice(from));
    await this.#bothWays?.check(request, query, body);
    return {
      data: body.data as Data,
      errors: body.errors ?? [],
      status: response.status,
      headers: response.headers as Headers,
      statements,
    };
  }

  /** Does something when the world is closed, after its server. */
  defer(work: () => Promise<void>): void {
    this.#resources.defer(work);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.app[Symbol.asyncDispose]();
    await this.#resources.disposeAsync();
  }
}

export interface Person {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
}

/** A tenant of the test, with members made when they are first needed. */
export class Company {
  readonly world: World;
  readonly tenant: Tenant;
  readonly #members = new Map<Role, Promise<Member>>();

  constructor(world: World, tenant: Tenant) {
    this.world = world;
    this.tenant = tenant;
  }

  /** The organization's one member with this role. */
  as(role: Role): Promise<Member> {
    const known = this.#members.get(role) ?? this.member(role);
    this.#members.set(role, known);
    return known;
  }

  /** Another member with this role. */
  async member(role: Role, person: Partial<Person> = {}): Promise<Member> {
    const user = await this.world.user({ firstName: role[0] + role.slice(1).toLowerCase(), ...person });
    const { identity } = this.world.app;
    const origin = { ipAddress: '127.0.0.1' };
    const { id: userId, ...name } = user;
    const membership = await addMember(identity, { person: { userId, ...name }, tenant: this.tenant, role }, origin);
    const session = await identity.catalog.write((tx) =>
      openSession(identity, tx, { userId, organizationId: this.tenant.id, deviceName: undefined }, origin),
    );
    return new Member(this, user, membership.profileId, await signedIn(identity, user, session));
  }
}

/** Somebody signed in to an organization. */
export class Member {
  readonly company: Company;
  readonly user: Person;
  /** Uuid of the profile in the tenant. */
  readonly profileId: string;
  readonly session: SignedIn;

  constructor(company: Company, user: Person, profileId: string, session: SignedIn) {
    this.company = company;
    this.user = user;
    this.profileId = profileId;
    this.session = session;
  }

  get headers(): Record<string, string> {
    return { authorization: `Bearer ${this.session.accessToken}` };
  }

  /** Sends an operation as this member. */
  graphql<Data = Loose>(
    query: string,
    variables: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<GraphResult<Data>> {
    return this.company.world.graphql<Data>(query, variables, { ...this.headers, ...headers });
  }

  /** The same, where anything but success is a failure of the test. */
  async ok<Data = Loose>(query: string, variables: Record<string, unknown> = {}): Promise<Data> {
    const { data, errors } = await this.graphql<Data>(query, variables);
    if (errors.length) throw new Error(`unexpected errors: ${JSON.stringify(errors)}`);
    return data;
  }
}

const testEnvironment = { NODE_ENV: 'test', SECRET: testSecret, LOG_LEVEL: 'silent', ...withoutLimits };

const testConfig = (databaseUrl: string, env: Record<string, string> = {}): Config =>
  loadConfig({ ...testEnvironment, DATABASE_URL: databaseUrl, ...env });

const binding = /^(begin|commit|rollback|set |savepoint|release|select 1$)/i;
const catalogTable =
  /"(users|user_organizations|organizations|sessions|tenant_schemas|permissions|api_keys|signing_keys|audit_logs)"|chantier\.tenant_migrations/;

const tenantStatements = (texts: readonly string[]): string[] =>
  texts.filter((text) => !binding.test(text.trim()) && !catalogTable.test(text));

/** The server of a test file; closed at its end. */
export async function world(options: WorldOptions = {}): Promise<World> {
  const opened = await World.open(options);
  afterAll(async () => {
    await opened[Symbol.asyncDispose]();
    expect([...new Set(opened.recorded)].flatMap(citusBreaches), 'SQL that sharding does not allow').toEqual([]);
  });
  return opened;
}
