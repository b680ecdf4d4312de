import { canonicalUrl } from './db/database-address.ts';
import { isListOfTexts, isRecord, type OidcIssuer, problemOfIssuers } from './identity/oidc-issuers.ts';
import { isCronExpression } from './lib/cron-schedule.ts';
import { readHostOrRange } from './lib/network-guard.ts';
import {
  readDomain,
  readDuration,
  readFlag,
  readJson,
  readList,
  readOrigin,
  readPercentage,
  readWhole,
} from './lib/read-text.ts';
import { readSender, readSmtpUrl } from './mail/smtp-server.ts';
import type { TrustedHeader } from './server/client-address.ts';
import { isStorageAddress } from './storage/open-storage.ts';

const day = 86_400;
const hourMs = 3_600_000;

/** A variable of the environment. */
export interface Variable<T> {
  /** What its text must be, for the message about one that is not. */
  expected: string | ((text: string) => string);
  /** The value of a text; undefined for a wrong one. */
  read(text: string): Exclude<T, undefined> | undefined;
  /** The value when it is not set. */
  unset: T;
}

interface OptionalVariable<T> extends Variable<T | undefined> {
  default(unset: T): Variable<T>;
}

const value = <T extends NonNullable<unknown> | null>(
  expected: Variable<T>['expected'],
  read: (text: string) => T | undefined,
): OptionalVariable<T> => ({
  expected,
  read: read as OptionalVariable<T>['read'],
  unset: undefined,
  default: (unset) => ({ expected, read: read as Variable<T>['read'], unset }),
});

const whole = (min: number, max: number) =>
  value(`a whole number from ${min} to ${max}`, (text) => readWhole(text, min, max));
const duration = (min: number, max: number, example: string) =>
  value(`a time from ${min} to ${max} seconds, such as ${example}`, (text) => readDuration(text, min, max));
const oneOf = <const T extends string>(...names: T[]) =>
  value(`one of ${names.join(', ')}`, (text) => names.find((name) => name === text));
const flag = value('true or false', readFlag);
const databaseUrl = value('an address like postgres://user:password@host:5432/database', canonicalUrl);

const hosts = value('host names, addresses or ranges such as 10.0.0.0/8 with commas between them', (text) =>
  readList(text, readHostOrRange),
);

const cron = value('a cron expression in UTC such as 0 2 * * *', (text) => (isCronExpression(text) ? text : undefined));
const secret = (text: string): string | undefined => (text.length >= 32 ? text : undefined);
const listOf = (expected: string, isItem: (item: string) => boolean) =>
  value(expected, (text) => readList(text, (item) => (isItem(item) ? item : undefined)));

const text = value('a text', (text) => text);

const issuers = value(
  (text) => `a JSON list of issuers (${problemOfIssuers(readJson(text))})`,
  (text) => {
    const list = readJson(text);
    return problemOfIssuers(list) === undefined ? (list as OidcIssuer[]) : undefined;
  },
);

const canaryGroups = value('JSON such as {"early":["acme","globex"]}', (text) => {
  const groups = readJson(text);
  return isRecord(groups) && Object.values(groups).every(isListOfTexts) ? (groups as CanaryGroups) : undefined;
});

type CanaryGroups = Record<string, string[]>;

/** Each variable of the environment, with how its text is read. `.env.example` explains them. */
export const variables = {
  NODE_ENV: oneOf('development', 'test', 'production').default('development'),
  HOST: text,
  PORT: whole(0, 65_535).default(4000),
  PUBLIC_URL: value('an origin such as https://chantier.example', readOrigin),
  APP_URL: value('an origin such as https://app.chantier.example', readOrigin),
  SMTP_URL: value('an address like smtp://user:password@host:587 or smtps://host', readSmtpUrl),
  MAIL_FROM: value('a sender such as Chantier <chantier@example.org>', readSender),
  DATABASE_URL: databaseUrl,
  ADMIN_DATABASE_URL: databaseUrl,
  LISTEN_DATABASE_URL: databaseUrl,
  READ_DATABASE_URL: databaseUrl,
  READ_MAX_LAG_MS: whole(100, hourMs).default(5000),
  READ_WAIT_MS: whole(0, 60_000).default(200),
  DATA_DIR: text.default('.data'),
  SPARE_SCHEMAS: whole(0, 1000),
  JOB_WORKERS: whole(0, 100).default(2),
  WEBHOOK_ALLOW: hosts.default([]),
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
  EVENTS_RETENTION: duration(day, 3650 * day, '400d'),
  SESSIONS_RETENTION: duration(0, 3650 * day, '1d').default(day),
  MAINTAIN_EVERY: duration(3600, 365 * day, '1d'),
  BACKUP_SCHEDULE: cron,
  BACKUP_JITTER: duration(0, day, '10m').default(600),
  BACKUP_TO: listOf('folders or s3://bucket/prefix with commas between them', isStorageAddress),
  BACKUP_KEEP_DAYS: whole(1, 9_999).default(30),
  BACKUP_KEEP_COUNT: whole(1, 9_999).default(7),
  BACKUP_FULL_EVERY: duration(day, 90 * day, '7d'),
  BACKUP_RECIPIENTS: listOf('recipients of age (age1...) with commas between them', (text) =>
    /^age1[a-z0-9]+$/.test(text),
  ).default([]),
  DRILL_SCHEDULE: cron,
  DRILL_SAMPLE: value('a share such as 5%', readPercentage).default(0.05),
  DRILL_IDENTITIES: listOf('identities of age (AGE-SECRET-KEY-...) with commas between them', (text) =>
    /^AGE-SECRET-KEY-[A-Z0-9-]+$/.test(text),
  ).default([]),
  S3_ENDPOINT: value('an origin such as https://s3.example.org', readOrigin),
  S3_REGION: text.default('us-east-1'),
  S3_ACCESS_KEY_ID: text,
  S3_SECRET_ACCESS_KEY: text,
  S3_LOCK_DAYS: whole(1, 36_500),
  METRICS_PORT: whole(0, 65_535),
  METRICS_HOST: text.default('127.0.0.1'),
  METRICS_TOKEN: value('16 characters or more, no spaces', (text) => (/^\S{16,}$/.test(text) ? text : undefined)),
  METRICS_TENANTS: whole(0, 200).default(20),
  STATEMENT_TIMEOUT_INTERACTIVE_MS: whole(1, hourMs).default(10_000),
  STATEMENT_TIMEOUT_ANALYST_MS: whole(1, hourMs).default(30_000),
  STATEMENT_TIMEOUT_INTEGRATOR_MS: whole(1, hourMs).default(20_000),
  STATEMENT_TIMEOUT_JOB_MS: whole(1, 24 * hourMs).default(300_000),
  SLOW_STATEMENT_MS: whole(0, hourMs).default(1000),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
  SECRET: value('a text of 32 characters or more', secret),
  PREVIOUS_SECRETS: value('texts of 32 characters or more with commas between them', (text) =>
    readList(text, secret),
  ).default([]),
  CORS_ORIGINS: value('exact origins with commas between them', (text) => readList(text, readOrigin)).default([]),
  CORS_HEADERS: value('names of headers with commas between them', (text) => readList(text, readHeaderName)).default(
    [],
  ),
  PERSISTED_DOCUMENTS_ONLY: flag.default(false),
  AUTOMATIC_PERSISTED_QUERIES: flag.default(false),
  DOCUMENT_ID_ALIASES: value('names such as doc_id with commas between them', (text) =>
    readList(text, readParameterName),
  ).default([]),
  TENANT_DOMAIN: value('a domain such as chantier.example', readDomain),
  OIDC_ISSUERS: issuers.default([]),
  ACCESS_TOKEN_TTL: duration(60, day, '15m'),
  REFRESH_TOKEN_TTL: duration(3600, 365 * day, '30d').default(30 * day),
  SIGN_UP: oneOf('open', 'invite', 'off'),
  SIGN_UPS_PER_ADDRESS: whole(1, 100_000).default(20),
  ORGANIZATIONS_PER_ADDRESS: whole(1, 100_000).default(5),
  MAX_BODY_BYTES: whole(1024, 100 * 1024 * 1024).default(1024 * 1024),
  COMPRESS_FROM: whole(0, 1_000_000_000).default(1024),
  MAX_COMPLEXITY: whole(1, 10_000_000).default(100_000),
  MAX_DEPTH: whole(1, 100).default(15),
  KEY_POINTS: whole(0, 10_000_000).default(1000),
  KEY_RESTORE_RATE: whole(1, 1_000_000).default(50),
  ORGANIZATION_POINTS: whole(0, 10_000_000).default(10_000),
  ORGANIZATION_RESTORE_RATE: whole(1, 1_000_000).default(500),
  TRUST_PROXY: value('false, true (X-Forwarded-For), x-forwarded-for or forwarded', readTrustedHeader).default(null),
  HEADERS_TIMEOUT_MS: whole(100, hourMs).default(30_000),
  BODY_TIMEOUT_MS: whole(100, hourMs).default(30_000),
  MIN_BYTES_PER_SECOND: whole(1, 1_000_000_000).default(1000),
  MAX_CONNECTIONS: whole(1, 1_000_000).default(10_000),
  CONNECTIONS_PER_ADDRESS: whole(1, 1_000_000).default(500),
  TIMER_STARTS_BACK: duration(60, 31 * day, '24h').default(day),
  SHUTDOWN_GRACE_MS: whole(0, hourMs).default(10_000),
};

type ValueOf<V> = V extends Variable<infer T> ? T : never;

export type Values = { [Name in keyof typeof variables]: ValueOf<(typeof variables)[Name]> };

const readHeaderName = (text: string): string | undefined =>
  /^[a-z\d-]{1,100}$/i.test(text) ? text.toLowerCase() : undefined;

const readParameterName = (text: string): string | undefined => (/^[a-z]\w{0,50}$/i.test(text) ? text : undefined);

/** Null: no proxy is trusted. */
function readTrustedHeader(text: string): TrustedHeader | null | undefined {
  const name = text.toLowerCase();
  if (name === 'forwarded' || name === 'x-forwarded-for') return name;
  const trusts = readFlag(name);
  return trusts === undefined ? undefined : trusts ? 'x-forwarded-for' : null;
}
