import { z } from 'zod';
import { canonicalUrl } from './db/database-address.ts';
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
const databaseUrl = value('an address like postgres://user:password@host:5432/database', canonicalUrl);

const hosts = value('host names, addresses or ranges such as 10.0.0.0/8 with commas between them', (text) =>
  readList(text, readHostOrRange),
);

const cron = value('a cron expression in UTC such as 0 2 * * *', (text) => (isCronExpression(text) ? text : undefined));
const secret = (text: string): string | undefined => (text.length >= 32 ? text : undefined);
const listOf = (expected: string, isItem: (item: string) => boolean) =>
  value(expected, (text) => readList(text, (item) => (isItem(item) ? item : undefined)));

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

/** Each variable of the environment, with how its text is read. `.env.example` explains them. */
export const variables = z.object({
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
  BACKUP_SCHEDULE: cron.optional(),
  BACKUP_JITTER: duration(0, day, '10m').default(600),
  BACKUP_TO: listOf('folders or s3://bucket/prefix with commas between them', isStorageAddress).optional(),
  BACKUP_KEEP_DAYS: whole(1, 9_999).default(30),
  BACKUP_KEEP_COUNT: whole(1, 9_999).default(7),
  BACKUP_RECIPIENTS: listOf('recipients of age (age1...) with commas between them', (text) =>
    /^age1[a-z0-9]+$/.test(text),
  ).default([]),
  DRILL_SCHEDULE: cron.optional(),
  DRILL_SAMPLE: value('a share such as 5%', readPercentage).default(0.05),
  DRILL_IDENTITIES: listOf('identities of age (AGE-SECRET-KEY-...) with commas between them', (text) =>
    /^AGE-SECRET-KEY-[A-Z0-9-]+$/.test(text),
  ).default([]),
  S3_ENDPOINT: value('an origin such as https://s3.example.org', readOrigin).optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  S3_LOCK_DAYS: whole(1, 36_500).optional(),
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
  SLOW_STATEMENT_MS: whole(0, hourMs).default(1000),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
  SECRET: value('a text of 32 characters or more', secret).optional(),
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
  TENANT_DOMAIN: value('a domain such as chantier.example', readDomain).optional(),
  OIDC_ISSUERS: issuers.default([]),
  ACCESS_TOKEN_TTL: duration(60, day, '15m').optional(),
  REFRESH_TOKEN_TTL: duration(3600, 365 * day, '30d').default(30 * day),
  SIGN_UP: oneOf('open', 'invite', 'off').optional(),
  SIGN_UPS_PER_ADDRESS: whole(1, 100_000).default(20),
  ORGANIZATIONS_PER_ADDRESS: whole(1, 100_000).default(5),
  MAX_BODY_BYTES: whole(1024, 100 * 1024 * 1024).default(1024 * 1024),
  MAX_COMPLEXITY: whole(1, 10_000_000).default(100_000),
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

export type Values = z.output<typeof variables>;

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
