import path from 'node:path';
import { z } from 'zod';
import type { SignUpPolicy } from './identity/identity.ts';
import { AppError } from './lib/errors.ts';
import type { LogLevel } from './lib/logger.ts';
import { isLoopback } from './lib/loopback.ts';
import { readHostOrRange } from './lib/network-guard.ts';
import {
  readDatabaseUrl,
  readDomain,
  readDuration,
  readFlag,
  readJson,
  readList,
  readOrigin,
  readWhole,
} from './lib/read-text.ts';
import { readSender, readSmtpUrl, type SmtpServer } from './mail/smtp-server.ts';
import type { TrustedHeader } from './server/client-address.ts';
import type { HttpLimits } from './server/http-limits.ts';

/** The whole configuration, checked. Times end in `Ms` or are seconds. `.env.example` explains each variable. */
export interface Config {
  production: boolean;
  host: string;
  port: number;
  /** Origin by which browsers and other programs reach us, without a trailing slash. */
  publicUrl: string;
  /** Whether browsers send our cookies by https only. */
  secureCookies: boolean;
  /** Origin of the organization's own front end, where mails lead; undefined: to our own pages. */
  appUrl: string | undefined;
  /** Undefined: mail is logged in development, and not sent in production. */
  smtpServer: SmtpServer | undefined;
  mailFrom: { name: string; address: string };
  /** Who our access tokens say they are from: the same in every process of an installation, whatever its port. */
  issuer: string;
  /** Undefined: the embedded server in `dataDir`. */
  databaseUrl: string | undefined;
  /** Undefined: `databaseUrl` may create roles and schemas itself. */
  adminDatabaseUrl: string | undefined;
  /** Undefined: notifications are heard by `databaseUrl`. */
  listenDatabaseUrl: string | undefined;
  /** A streaming replica that analysts read from. */
  readDatabaseUrl: string | undefined;
  readMaxLagMs: number;
  readWaitMs: number;
  /** Absolute. */
  dataDir: string;
  /** Spare schemas that a running server keeps ready. */
  spareSchemas: number;
  poolSize: number;
  catalogPoolSize: number;
  poolWaitMs: number;
  /** What the server's side of one connection may take before it is replaced; estimated megabytes. */
  poolSlotMb: number;
  prepare: boolean;
  /** Host names and ranges of addresses beside the public internet where further databases may be. */
  databaseHostsAllowed: string[];
  /** The same, of hosts that need not prove who they are by TLS. */
  databaseHostsWithoutTls: string[];
  /** Whether organizations may move to databases that they name themselves. */
  enableMultiDatabase: boolean;
  /** How many pools of further databases may be open at once. */
  databasePools: number;
  /** Companies that a migration tries first, by slug or schema name, under the name of the group. */
  canaryGroups: Readonly<Record<string, readonly string[]>>;
  metrics: MetricsConfig;
  /** How long what only ever grows is kept: events (for ever when undefined), and sign-ins after they expired. */
  retention: { eventsMs: number | undefined; sessionsMs: number };
  /** How often a server maintains tenants; undefined: only the command does. */
  maintainEveryMs: number | undefined;
  statementTimeoutMs: { interactive: number; analyst: number; integrator: number; job: number };
  logLevel: LogLevel;
  /** Undefined: the one kept in `dataDir`; never so in production. */
  secret: string | undefined;
  /** Exact origins. */
  corsOrigins: string[];
  /** Hosts below it name a tenant. */
  tenantDomain: string | undefined;
  oidcIssuers: OidcIssuer[];
  accessTokenTtl: number;
  refreshTokenTtl: number;
  signUp: SignUpPolicy;
  /** How many accounts and organizations one network address may make at once, and then a day. */
  signUpsPerAddress: number;
  organizationsPerAddress: number;
  maxBodyBytes: number;
  maxComplexity: number;
  maxDepth: number;
  /** Undefined: no proxy; the address of the connection is the client's. */
  trustProxy: TrustedHeader | undefined;
  http: HttpLimits;
  /** How far back a timer may start. */
  timerStartsBackMs: number;
  shutdownGraceMs: number;
}

/** Where a server's metrics can be read: nowhere unless a port or a token is given. */
export interface MetricsConfig {
  /** A port of their own. */
  port: number | undefined;
  /** Where that port listens. */
  host: string;
  /** Needed to read them, and then they are on the server's own port too. */
  token: string | undefined;
  /** How many tenants have series of their own. */
  tenants: number;
}

const root = path.resolve(import.meta.dirname, '..');
const isSecret = (name: string): boolean =>
  name === 'SECRET' || name === 'METRICS_TOKEN' || name === 'SMTP_URL' || name.endsWith('DATABASE_URL');
const day = 86_400;
const hourMs = 3_600_000;

const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

const oidcIssuer = z.strictObject({
  issuer: z.url(),
  /** Found through the issuer's own metadata when absent. */
  jwksUri: z.url().optional(),
  audience: z.string().min(1),
  // With a shared key, whoever checks a token could make one.
  algorithms: z.array(z.enum(asymmetric)).min(1),
  /** Allowed `typ` headers. */
  types: z.array(z.string().min(1)).min(1).optional(),
  /** The longest life of a token, in seconds. */
  maxTokenAge: z
    .int()
    .min(60)
    .max(30 * 86_400)
    .optional(),
});

/** An outside issuer of tokens that is trusted: its claims and algorithms are checked as said here. */
export type OidcIssuer = z.output<typeof oidcIssuer>;

/** A variable whose text `read` understands, and what to say when it does not. */
const value = <T>(expected: string, read: (text: string) => T | undefined) =>
  z.string().transform((text, context) => {
    const result = read(text);
    if (result !== undefined) return result;
    context.addIssue({ code: 'custom', message: `must be ${expected}` });
    return z.NEVER;
  });

const whole = (min: number, max: number) =>
  value(`a whole number from ${min} to ${max}`, (text) => readWhole(text, min, max));
const duration = (min: number, max: number, example: string) =>
  value(`a time from ${min} to ${max} seconds, such as ${example}`, (text) => readDuration(text, min, max));
const oneOf = <const T extends string>(...names: T[]) =>
  value(`one of ${names.join(', ')}`, (text) => names.find((name) => name === text));
const flag = value('true or false', readFlag);
const databaseUrl = value('an address like postgres://user:password@host:5432/database', readDatabaseUrl);

const hosts = value('host names, addresses or ranges such as 10.0.0.0/8 with commas between them', (text) =>
  readList(text, readHostOrRange),
);

const issuers = z.string().transform((text, context) => {
  const { success, data, error } = z.array(oidcIssuer).safeParse(readJson(text));
  if (success) return data;
  const [first] = error.issues;
  const where = first?.path.join('.') || 'list';
  context.addIssue({ code: 'custom', message: `must be a JSON list of issuers (${where}: ${first?.message})` });
  return z.NEVER;
});

const canaryGroups = z.string().transform((text, context) => {
  const { success, data } = z.record(z.string(), z.array(z.string().min(1)).min(1)).safeParse(readJson(text));
  if (success) return data;
  context.addIssue({ code: 'custom', message: 'must be JSON such as {"early":["acme","globex"]}' });
  return z.NEVER;
});

const variables = z.object({
  NODE_ENV: oneOf('development', 'test', 'production').default('development'),
  HOST: z.string().optional(),
  PORT: whole(0, 65_535).default(4000),
  PUBLIC_URL: value('an origin such as https://chantier.example', readOrigin).optional(),
  APP_URL: value('an origin such as https://app.chantier.example', readOrigin).optional(),
  SMTP_URL: value('an address like smtp://user:password@host:587 or smtps://host', readSmtpUrl).optional(),
  MAIL_FROM: value('a sender such as Chantier <chantier@example.org>', readSender).optional(),
  DATABASE_URL: databaseUrl.optional(),
  ADMIN_DATABASE_URL: databaseUrl.optional(),
  LISTEN_DATABASE_URL: databaseUrl.optional(),
  READ_DATABASE_URL: databaseUrl.optional(),
  READ_MAX_LAG_MS: whole(100, hourMs).default(5000),
  READ_WAIT_MS: whole(0, 60_000).default(200),
  DATA_DIR: z.string().default('.data'),
  SPARE_SCHEMAS: whole(0, 1000).optional(),
  POOL_SIZE: whole(1, 1000).default(10),
  CATALOG_POOL_SIZE: whole(1, 100).default(3),
  POOL_WAIT_MS: whole(1, hourMs).default(5000),
  POOL_SLOT_MB: whole(8, 65_536).default(160),
  PREPARE: flag.default(true),
  DATABASE_HOSTS_ALLOWED: hosts.default([]),
  DATABASE_HOSTS_WITHOUT_TLS: hosts.default([]),
  ENABLE_MULTI_DATABASE: flag.default(false),
  DATABASE_POOLS: whole(1, 1000).default(50),
  CANARY_GROUPS: canaryGroups.default({}),
  EVENTS_RETENTION: duration(day, 3650 * day, '400d').optional(),
  SESSIONS_RETENTION: duration(0, 3650 * day, '1d').default(day),
  MAINTAIN_EVERY: duration(3600, 365 * day, '1d').optional(),
  METRICS_PORT: whole(0, 65_535).optional(),
  METRICS_HOST: z.string().default('127.0.0.1'),
  METRICS_TOKEN: value('16 characters or more, no spaces', (text) =>
    /^\S{16,}$/.test(text) ? text : undefined,
  ).optional(),
  METRICS_TENANTS: whole(0, 200).default(20),
  STATEMENT_TIMEOUT_INTERACTIVE_MS: whole(1, hourMs).default(10_000),
  STATEMENT_TIMEOUT_ANALYST_MS: whole(1, hourMs).default(30_000),
  STATEMENT_TIMEOUT_INTEGRATOR_MS: whole(1, hourMs).default(20_000),
  STATEMENT_TIMEOUT_JOB_MS: whole(1, 24 * hourMs).default(300_000),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
  SECRET: value('a text of 32 characters or more', (text) => (text.length >= 32 ? text : undefined)).optional(),
  CORS_ORIGINS: value('exact origins with commas between them', (text) => readList(text, readOrigin)).default([]),
  TENANT_DOMAIN: value('a domain such as chantier.example', readDomain).optional(),
  OIDC_ISSUERS: issuers.default([]),
  ACCESS_TOKEN_TTL: duration(60, day, '15m').optional(),
  REFRESH_TOKEN_TTL: duration(3600, 365 * day, '30d').default(30 * day),
  SIGN_UP: oneOf('open', 'invite', 'off').optional(),
  SIGN_UPS_PER_ADDRESS: whole(1, 100_000).default(20),
  ORGANIZATIONS_PER_ADDRESS: whole(1, 100_000).default(5),
  MAX_BODY_BYTES: whole(1024, 100 * 1024 * 1024).default(1024 * 1024),
  MAX_COMPLEXITY: whole(1, 1_000_000).default(10_000),
  MAX_DEPTH: whole(1, 100).default(15),
  TRUST_PROXY: value('false, true (X-Forwarded-For), x-forwarded-for or forwarded', readTrustedHeader).default(null),
  HEADERS_TIMEOUT_MS: whole(100, hourMs).default(30_000),
  BODY_TIMEOUT_MS: whole(100, hourMs).default(30_000),
  MIN_BYTES_PER_SECOND: whole(1, 1_000_000_000).default(1000),
  MAX_CONNECTIONS: whole(1, 1_000_000).default(10_000),
  CONNECTIONS_PER_ADDRESS: whole(1, 1_000_000).default(500),
  TIMER_STARTS_BACK: duration(60, 31 * day, '24h').default(day),
  SHUTDOWN_GRACE_MS: whole(0, hourMs).default(10_000),
});

type Values = z.output<typeof variables>;

/** Null: no proxy is trusted. */
function readTrustedHeader(text: string): TrustedHeader | null | undefined {
  const name = text.toLowerCase();
  if (name === 'forwarded' || name === 'x-forwarded-for') return name;
  const trusts = readFlag(name);
  return trusts === undefined ? undefined : trusts ? 'x-forwarded-for' : null;
}

/** Every variable that the program reads. */
export const variableNames = Object.keys(variables.shape);

/** Checks the environment; throws CONFIG_INVALID with one line for each thing wrong. Empty values count as absent. */
export function loadConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(
    variableNames.flatMap((name) => (environment[name]?.trim() ? [[name, environment[name].trim()]] : [])),
  );
  const parsed = variables.safeParse(given);
  const wrong = parsed.error?.issues.map((issue) => describe(issue, given)) ?? [];
  const problems = [...wrong, ...contradictions(given, parsed.data)];
  if (!parsed.success || problems.length > 0) {
    const issues = problems.map((message) => ({ path: [message.split(' ', 1)[0] ?? ''], message }));
    throw new AppError('CONFIG_INVALID', problems.join('\n'), { issues });
  }
  return toConfig(parsed.data);
}

function toConfig(v: Values): Config {
  const production = v.NODE_ENV === 'production';
  return {
    production,
    host: v.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    port: v.PORT,
    publicUrl: v.PUBLIC_URL ?? `http://localhost:${v.PORT}`,
    secureCookies: secureCookies(v),
    appUrl: v.APP_URL,
    smtpServer: v.SMTP_URL,
    mailFrom: v.MAIL_FROM ?? {
      name: 'Chantier',
      address: `chantier@${new URL(v.PUBLIC_URL ?? 'http://localhost').hostname}`,
    },
    issuer: v.PUBLIC_URL ?? 'http://localhost',
    databaseUrl: v.DATABASE_URL,
    adminDatabaseUrl: v.ADMIN_DATABASE_URL,
    listenDatabaseUrl: v.LISTEN_DATABASE_URL,
    readDatabaseUrl: v.READ_DATABASE_URL,
    readMaxLagMs: v.READ_MAX_LAG_MS,
    readWaitMs: v.READ_WAIT_MS,
    dataDir: path.resolve(root, v.DATA_DIR),
    spareSchemas: v.SPARE_SCHEMAS ?? spareSchemas[v.NODE_ENV],
    poolSize: v.POOL_SIZE,
    catalogPoolSize: v.CATALOG_POOL_SIZE,
    poolWaitMs: v.POOL_WAIT_MS,
    poolSlotMb: v.POOL_SLOT_MB,
    prepare: v.PREPARE,
    databaseHostsAllowed: v.DATABASE_HOSTS_ALLOWED,
    databaseHostsWithoutTls: v.DATABASE_HOSTS_WITHOUT_TLS,
    enableMultiDatabase: v.ENABLE_MULTI_DATABASE,
    databasePools: v.DATABASE_POOLS,
    canaryGroups: v.CANARY_GROUPS,
    retention: {
      eventsMs: v.EVENTS_RETENTION === undefined ? undefined : v.EVENTS_RETENTION * 1000,
      sessionsMs: v.SESSIONS_RETENTION * 1000,
    },
    maintainEveryMs: v.MAINTAIN_EVERY === undefined ? undefined : v.MAINTAIN_EVERY * 1000,
    metrics: { port: v.METRICS_PORT, host: v.METRICS_HOST, token: v.METRICS_TOKEN, tenants: v.METRICS_TENANTS },
    statementTimeoutMs: {
      interactive: v.STATEMENT_TIMEOUT_INTERACTIVE_MS,
      analyst: v.STATEMENT_TIMEOUT_ANALYST_MS,
      integrator: v.STATEMENT_TIMEOUT_INTEGRATOR_MS,
      job: v.STATEMENT_TIMEOUT_JOB_MS,
    },
    logLevel: v.LOG_LEVEL,
    secret: v.SECRET,
    corsOrigins: v.CORS_ORIGINS,
    tenantDomain: v.TENANT_DOMAIN,
    oidcIssuers: v.OIDC_ISSUERS,
    accessTokenTtl: accessTokenTtl(v),
    refreshTokenTtl: v.REFRESH_TOKEN_TTL,
    signUp: v.SIGN_UP ?? (canMail(v) ? 'open' : 'invite'),
    signUpsPerAddress: v.SIGN_UPS_PER_ADDRESS,
    organizationsPerAddress: v.ORGANIZATIONS_PER_ADDRESS,
    maxBodyBytes: v.MAX_BODY_BYTES,
    maxComplexity: v.MAX_COMPLEXITY,
    maxDepth: v.MAX_DEPTH,
    trustProxy: v.TRUST_PROXY ?? undefined,
    http: {
      headersMs: v.HEADERS_TIMEOUT_MS,
      bodyMs: v.BODY_TIMEOUT_MS,
      bytesPerSecond: v.MIN_BYTES_PER_SECOND,
      connections: v.MAX_CONNECTIONS,
      connectionsPerAddress: v.TRUST_PROXY ? undefined : v.CONNECTIONS_PER_ADDRESS,
    },
    timerStartsBackMs: v.TIMER_STARTS_BACK * 1000,
    shutdownGraceMs: v.SHUTDOWN_GRACE_MS,
  };
}

/** Always in production, unless PUBLIC_URL says that the server is only tried out on this machine. */
function secureCookies({ PUBLIC_URL, NODE_ENV }: Values): boolean {
  const production = NODE_ENV === 'production';
  if (PUBLIC_URL === undefined) return production;
  const { protocol, hostname } = new URL(PUBLIC_URL);
  return protocol === 'https:' || (production && !isLoopback(hostname));
}

/** In development one is enough; tests say how many they need. */
const spareSchemas: Record<Values['NODE_ENV'], number> = { production: 2, development: 1, test: 0 };

/** In development a token that was pasted lasts for the day's work. */
const accessTokenTtl = ({ ACCESS_TOKEN_TTL, NODE_ENV }: Values): number =>
  ACCESS_TOKEN_TTL ?? (NODE_ENV === 'development' ? 12 * 3600 : 900);

/** Whether somebody can be sent a link that proves their address. Outside production it is in the log. */
const canMail = ({ NODE_ENV, SMTP_URL }: Values): boolean => NODE_ENV !== 'production' || SMTP_URL !== undefined;

/** What each value allows, but all together do not; looked for even when single ones are wrong, to say all at once. */
function contradictions(given: Record<string, string>, values?: Values): string[] {
  const problems: string[] = [];
  const required = given.NODE_ENV === 'production' ? ['DATABASE_URL', 'SECRET'] : [];
  problems.push(...required.filter((name) => !given[name]).map((name) => `${name} is required in production`));
  if (given.ADMIN_DATABASE_URL && !given.DATABASE_URL) {
    problems.push('ADMIN_DATABASE_URL needs DATABASE_URL beside it');
  }
  for (const name of ['LISTEN_DATABASE_URL', 'READ_DATABASE_URL']) {
    if (given[name] && !given.DATABASE_URL) problems.push(`${name} needs DATABASE_URL beside it`);
  }
  if (given.NODE_ENV === 'production' && given.SMTP_URL && !given.PUBLIC_URL) {
    problems.push('PUBLIC_URL is required beside SMTP_URL: links in mails lead there');
  }
  if (values && values.REFRESH_TOKEN_TTL <= accessTokenTtl(values)) {
    problems.push('REFRESH_TOKEN_TTL must be longer than ACCESS_TOKEN_TTL');
  }
  if (values?.SIGN_UP === 'open' && !canMail(values)) {
    problems.push('SIGN_UP=open needs SMTP_URL: who signs up proves the address by a mail');
  }
  return problems;
}

/** Names the variable and shows its value, unless that is or holds a secret. */
function describe({ path: [name], message }: z.core.$ZodIssue, given: Record<string, string>): string {
  const shown = isSecret(String(name)) ? '' : `, not "${given[String(name)]}"`;
  return `${String(name)} ${message}${shown}`;
}
