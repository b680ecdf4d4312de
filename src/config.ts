import path from 'node:path';
import { type Values, type Variable, variables } from './config-variables.ts';
import type { RateLimitOptions } from './graphql/rate-limit/rate-limits.ts';
import type { SignUpPolicy } from './identity/identity.ts';
import type { OidcIssuer } from './identity/oidc-issuers.ts';
import { AppError } from './lib/errors.ts';
import type { LogLevel } from './lib/logger.ts';
import { isLoopback } from './lib/loopback.ts';
import type { SmtpServer } from './mail/smtp-server.ts';
import type { TrustedHeader } from './server/client-address.ts';
import type { HttpLimits } from './server/http-limits.ts';
import type { S3Settings } from './storage/s3-storage.ts';

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
  /** How many jobs a server does at once; 0 leaves them to others. */
  jobWorkers: number;
  /** Hosts, addresses and ranges that webhooks may be sent to although they are not public. */
  webhookAllow: readonly string[];
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
  /** Organizations that a migration tries first, by slug or schema name, under the name of the group. */
  canaryGroups: Readonly<Record<string, readonly string[]>>;
  metrics: MetricsConfig;
  /** How long what only ever grows is kept: events (for ever when undefined), and sign-ins after they expired. */
  retention: { eventsMs: number | undefined; sessionsMs: number };
  /** How often a server maintains tenants; undefined: only the command does. */
  maintainEveryMs: number | undefined;
  backups: BackupConfig;
  /** Where `s3://bucket/prefix` leads. */
  s3: S3Settings;
  statementTimeoutMs: { interactive: number; analyst: number; integrator: number; job: number };
  /** From how many milliseconds on a statement is logged as slow; 0 for none. */
  slowStatementMs: number;
  logLevel: LogLevel;
  /** Undefined: the one kept in `dataDir`; never so in production. */
  secret: string | undefined;
  /** Other secrets that open what they sealed, and seal nothing. */
  previousSecrets: string[];
  /** Exact origins. */
  corsOrigins: string[];
  /** Headers that scripts of these origins may send, beside the usual ones. */
  corsHeaders: string[];
  documents: DocumentsConfig;
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
  /** Bytes from which answers are compressed; infinite: never. */
  compressFrom: number;
  maxComplexity: number;
  maxDepth: number;
  rateLimits: RateLimitOptions;
  /** Undefined: no proxy; the address of the connection is the client's. */
  trustProxy: TrustedHeader | undefined;
  http: HttpLimits;
  /** How far back a timer may start. */
  timerStartsBackMs: number;
  shutdownGraceMs: number;
}

/** What is backed up when and where, and how it is tried out. */
export interface BackupConfig {
  /** Folders, or `s3://bucket/prefix`. */
  targets: readonly string[];
  /** The default target, in `dataDir`. */
  ownFolder: string;
  /** A cron expression; undefined: only the command does it. */
  schedule: string | undefined;
  jitterMs: number;
  retention: { keepDays?: number | undefined; keepCount?: number | undefined };
  /** How old the full archive may be to which incremental ones refer; undefined: every archive is full. */
  fullEveryMs: number | undefined;
  /** Of age; empty: archives are not encrypted. */
  recipients: readonly string[];
  drill: { schedule: string | undefined; share: number; identities: readonly string[] };
  s3: S3Settings;
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

/** How clients may name the documents that they run. */
export interface DocumentsConfig {
  /** Whether only members with graph:explore may send texts; others send the ids of registered documents. */
  persistedOnly: boolean;
  /** Whether a hash stands for a text that was sent before (Automatic Persisted Queries). */
  automatic: boolean;
  /** Other names of the parameter `documentId`. */
  aliases: string[];
}

const root = path.resolve(import.meta.dirname, '..');
const secrets = new Set([
  ...['SECRET', 'PREVIOUS_SECRETS', 'METRICS_TOKEN', 'SMTP_URL', 'S3_SECRET_ACCESS_KEY', 'DRILL_IDENTITIES'],
]);
const isSecret = (name: string): boolean => secrets.has(name) || name.endsWith('DATABASE_URL');

/** Every variable that the program reads. */
export const variableNames = Object.keys(variables);

/** Checks the environment; throws CONFIG_INVALID with one line for each thing wrong. Empty values count as absent. */
export function loadConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(
    variableNames.flatMap((name) => (environment[name]?.trim() ? [[name, environment[name].trim()]] : [])),
  );
  const { values, wrong } = readVariables(given);
  const problems = [...wrong, ...contradictions(given, values)];
  if (!values || problems.length > 0) {
    const issues = problems.map((message) => ({ path: [message.split(' ', 1)[0] ?? ''], message }));
    throw new AppError('CONFIG_INVALID', problems.join('\n'), { issues });
  }
  return toConfig(values);
}

/** The values of all variables, and a line for each text that is wrong; no values if one is. */
function readVariables(given: Record<string, string>): { values: Values | undefined; wrong: string[] } {
  const wrong: string[] = [];
  const read = ([name, variable]: [string, Variable<unknown>]): [string, unknown] => {
    const text = given[name];
    if (text === undefined) return [name, variable.unset];
    const value = variable.read(text);
    if (value === undefined) wrong.push(describe(name, text, variable));
    return [name, value];
  };
  const values = Object.fromEntries(Object.entries(variables).map(read)) as Values;
  return { values: wrong.length > 0 ? undefined : values, wrong };
}

function toConfig(v: Values): Config {
  const production = v.NODE_ENV === 'production';
  const dataDir = path.resolve(root, v.DATA_DIR);
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
    dataDir,
    jobWorkers: v.JOB_WORKERS,
    webhookAllow: v.WEBHOOK_ALLOW,
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
    backups: backupsOf(v, dataDir),
    s3: s3Of(v),
    metrics: { port: v.METRICS_PORT, host: v.METRICS_HOST, token: v.METRICS_TOKEN, tenants: v.METRICS_TENANTS },
    statementTimeoutMs: {
      interactive: v.STATEMENT_TIMEOUT_INTERACTIVE_MS,
      analyst: v.STATEMENT_TIMEOUT_ANALYST_MS,
      integrator: v.STATEMENT_TIMEOUT_INTEGRATOR_MS,
      job: v.STATEMENT_TIMEOUT_JOB_MS,
    },
    slowStatementMs: v.SLOW_STATEMENT_MS,
    logLevel: v.LOG_LEVEL,
    secret: v.SECRET,
    previousSecrets: v.PREVIOUS_SECRETS,
    corsOrigins: v.CORS_ORIGINS,
    corsHeaders: v.CORS_HEADERS,
    documents: {
      persistedOnly: v.PERSISTED_DOCUMENTS_ONLY,
      automatic: v.AUTOMATIC_PERSISTED_QUERIES,
      aliases: v.DOCUMENT_ID_ALIASES,
    },
    tenantDomain: v.TENANT_DOMAIN,
    oidcIssuers: v.OIDC_ISSUERS,
    accessTokenTtl: accessTokenTtl(v),
    refreshTokenTtl: v.REFRESH_TOKEN_TTL,
    signUp: v.SIGN_UP ?? (canMail(v) ? 'open' : 'invite'),
    signUpsPerAddress: v.SIGN_UPS_PER_ADDRESS,
    organizationsPerAddress: v.ORGANIZATIONS_PER_ADDRESS,
    maxBodyBytes: v.MAX_BODY_BYTES,
    compressFrom: v.COMPRESS_FROM || Number.POSITIVE_INFINITY,
    maxComplexity: v.MAX_COMPLEXITY,
    maxDepth: v.MAX_DEPTH,
    rateLimits: {
      key: sizeOf(v.KEY_POINTS, v.KEY_RESTORE_RATE),
      organization: sizeOf(v.ORGANIZATION_POINTS, v.ORGANIZATION_RESTORE_RATE),
    },
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

/** Without points there is no limit. */
const sizeOf = (points: number, restoreRate: number) => (points > 0 ? { points, restoreRate } : undefined);

const dayMs = 86_400_000;

function s3Of(v: Values): S3Settings {
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = v;
  return {
    endpoint: v.S3_ENDPOINT,
    region: v.S3_REGION,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
    lockMs: v.S3_LOCK_DAYS === undefined ? undefined : v.S3_LOCK_DAYS * dayMs,
  };
}

function backupsOf(v: Values, dataDir: string): BackupConfig {
  const ownFolder = path.join(dataDir, 'backups');
  return {
    targets: v.BACKUP_TO ?? [ownFolder],
    ownFolder,
    schedule: v.BACKUP_SCHEDULE,
    jitterMs: v.BACKUP_JITTER * 1000,
    retention: { keepDays: v.BACKUP_KEEP_DAYS, keepCount: v.BACKUP_KEEP_COUNT },
    fullEveryMs: v.BACKUP_FULL_EVERY === undefined ? undefined : v.BACKUP_FULL_EVERY * 1000,
    recipients: v.BACKUP_RECIPIENTS,
    drill: { schedule: v.DRILL_SCHEDULE, share: v.DRILL_SAMPLE, identities: v.DRILL_IDENTITIES },
    s3: s3Of(v),
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
  if (Boolean(given.S3_ACCESS_KEY_ID) !== Boolean(given.S3_SECRET_ACCESS_KEY)) {
    problems.push('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together');
  }
  if (given.DRILL_SCHEDULE && given.BACKUP_RECIPIENTS && !given.DRILL_IDENTITIES) {
    problems.push('DRILL_SCHEDULE needs DRILL_IDENTITIES beside BACKUP_RECIPIENTS: drills open archives');
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
function describe(name: string, text: string, { expected }: Variable<unknown>): string {
  const shown = isSecret(name) ? '' : `, not "${text}"`;
  return `${name} must be ${typeof expected === 'string' ? expected : expected(text)}${shown}`;
}
