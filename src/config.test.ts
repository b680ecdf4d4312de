import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { loadConfig, variableNames } from './config.ts';
import type { AppError } from './lib/errors.ts';

const production = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://app:hidden@db.example/chantier',
  SECRET: 'x'.repeat(32),
};

/** The lines that a wrong configuration is refused with. */
function problemsOf(environment: Record<string, string>): string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    expect((error as AppError).code).toBe('CONFIG_INVALID');
    return (error as AppError).message.split('\n');
  }
  return [];
}

describe('configuration', () => {
  it('needs nothing in development', () => {
    expect(loadConfig({})).toEqual({
      production: false,
      host: '127.0.0.1',
      port: 4000,
      publicUrl: 'http://localhost:4000',
      secureCookies: false,
      appUrl: undefined,
      smtpServer: undefined,
      mailFrom: { name: 'Chantier', address: 'chantier@localhost' },
      issuer: 'http://localhost',
      databaseHostsAllowed: [],
      databaseHostsWithoutTls: [],
      databasePools: 50,
      enableMultiDatabase: false,
      canaryGroups: {},
      retention: { eventsMs: undefined, sessionsMs: 86_400_000 },
      maintainEveryMs: undefined,
      metrics: { port: undefined, host: '127.0.0.1', token: undefined, tenants: 20 },
      backups: {
        targets: [path.resolve(import.meta.dirname, '../.data/backups')],
        ownFolder: path.resolve(import.meta.dirname, '../.data/backups'),
        schedule: undefined,
        jitterMs: 600_000,
        retention: { keepDays: 30, keepCount: 7 },
        recipients: [],
        drill: { schedule: undefined, share: 0.05, identities: [] },
        s3: { endpoint: undefined, region: 'us-east-1', credentials: undefined, lockMs: undefined },
      },
      s3: { endpoint: undefined, region: 'us-east-1', credentials: undefined, lockMs: undefined },
      databaseUrl: undefined,
      adminDatabaseUrl: undefined,
      listenDatabaseUrl: undefined,
      readDatabaseUrl: undefined,
      readMaxLagMs: 5000,
      readWaitMs: 200,
      dataDir: path.resolve(import.meta.dirname, '../.data'),
      spareSchemas: 1,
      jobWorkers: 2,
      webhookAllow: [],
      poolSize: 10,
      catalogPoolSize: 3,
      poolWaitMs: 5000,
      poolSlotMb: 160,
      prepare: true,
      statementTimeoutMs: { interactive: 10_000, analyst: 30_000, integrator: 20_000, job: 300_000 },
      logLevel: 'info',
      secret: undefined,
      previousSecrets: [],
      corsOrigins: [],
      corsHeaders: [],
      documents: { persistedOnly: false, automatic: false, aliases: [] },
      tenantDomain: undefined,
      oidcIssuers: [],
      accessTokenTtl: 43_200,
      refreshTokenTtl: 2_592_000,
      signUp: 'open',
      signUpsPerAddress: 20,
      slowStatementMs: 1000,
      organizationsPerAddress: 5,
      maxBodyBytes: 1_048_576,
      compressFrom: 1024,
      maxComplexity: 100_000,
      maxDepth: 15,
      rateLimits: {
        key: { points: 1000, restoreRate: 50 },
        organization: { points: 10_000, restoreRate: 500 },
      },
      trustProxy: undefined,
      http: {
        headersMs: 30_000,
        bodyMs: 30_000,
        bytesPerSecond: 1000,
        connections: 10_000,
        connectionsPerAddress: 500,
      },
      timerStartsBackMs: 86_400_000,
      shutdownGraceMs: 10_000,
    });
  });

  it('takes empty values for absent ones', () => {
    const empty = Object.fromEntries(variableNames.map((name) => [name, '  ']));
    expect(loadConfig(empty)).toEqual(loadConfig({}));
  });

  it('reads times, lists, flags and issuers', () => {
    const issuer = { issuer: 'https://login.example', audience: 'chantier', algorithms: ['RS256'] };
    const config = loadConfig({
      ACCESS_TOKEN_TTL: '5m',
      REFRESH_TOKEN_TTL: '7d',
      CORS_ORIGINS: 'https://a.example, http://localhost:3000',
      CORS_HEADERS: 'X-Trace, x-app',
      DOCUMENT_ID_ALIASES: 'doc_id, id',
      AUTOMATIC_PERSISTED_QUERIES: 'true',
      PREPARE: 'off',
      OIDC_ISSUERS: JSON.stringify([issuer]),
      PUBLIC_URL: 'https://chantier.example/',
      DATA_DIR: '/var/data',
    });
    expect(config).toMatchObject({
      accessTokenTtl: 300,
      refreshTokenTtl: 604_800,
      corsOrigins: ['https://a.example', 'http://localhost:3000'],
      corsHeaders: ['x-trace', 'x-app'],
      documents: { persistedOnly: false, automatic: true, aliases: ['doc_id', 'id'] },
      prepare: false,
      oidcIssuers: [issuer],
      publicUrl: 'https://chantier.example',
      issuer: 'https://chantier.example',
      dataDir: '/var/data',
    });
  });

  it('listens to everyone in production, where the database and the secret must be given', () => {
    expect(loadConfig(production)).toMatchObject({ production: true, host: '0.0.0.0' });
    expect(problemsOf({ NODE_ENV: 'production' })).toEqual([
      'DATABASE_URL is required in production',
      'SECRET is required in production',
    ]);
  });

  it.each([
    ['true', 'x-forwarded-for'],
    ['X-Forwarded-For', 'x-forwarded-for'],
    ['forwarded', 'forwarded'],
    ['false', undefined],
  ])('TRUST_PROXY=%s trusts %s', (text, trusted) => {
    const { trustProxy, http } = loadConfig({ TRUST_PROXY: text });
    expect(trustProxy).toBe(trusted);
    expect(http.connectionsPerAddress).toBe(trusted ? undefined : 500);
  });

  it.each([
    [{ TRUST_PROXY: 'proxy' }, expect.stringMatching(/^TRUST_PROXY must be false, true/)],
    [{ PORT: 'http' }, 'PORT must be a whole number from 0 to 65535, not "http"'],
    [{ PORT: '65536' }, 'PORT must be a whole number from 0 to 65535, not "65536"'],
    [{ POOL_SIZE: '1.5' }, 'POOL_SIZE must be a whole number from 1 to 1000, not "1.5"'],
    [{ NODE_ENV: 'prod' }, 'NODE_ENV must be one of development, test, production, not "prod"'],
    [{ PREPARE: 'maybe' }, 'PREPARE must be true or false, not "maybe"'],
    [
      { ACCESS_TOKEN_TTL: '15 minutes' },
      'ACCESS_TOKEN_TTL must be a time from 60 to 86400 seconds, such as 15m, not "15 minutes"',
    ],
    [{ CORS_ORIGINS: '*' }, 'CORS_ORIGINS must be exact origins with commas between them, not "*"'],
    [
      { CORS_ORIGINS: 'https://a.example/app' },
      'CORS_ORIGINS must be exact origins with commas between them, not "https://a.example/app"',
    ],
    [
      { TENANT_DOMAIN: 'https://a.example' },
      'TENANT_DOMAIN must be a domain such as chantier.example, not "https://a.example"',
    ],
    [{ SECRET: 'hidden' }, 'SECRET must be a text of 32 characters or more'],
    [
      { PREVIOUS_SECRETS: `${'x'.repeat(32)},hidden` },
      'PREVIOUS_SECRETS must be texts of 32 characters or more with commas between them',
    ],
    [{ BACKUP_SCHEDULE: 'daily' }, 'BACKUP_SCHEDULE must be a cron expression in UTC such as 0 2 * * *, not "daily"'],
    [
      { BACKUP_TO: '/backups,ftp://backups' },
      'BACKUP_TO must be folders or s3://bucket/prefix with commas between them, not "/backups,ftp://backups"',
    ],
    [{ DRILL_SAMPLE: '0%' }, 'DRILL_SAMPLE must be a share such as 5%, not "0%"'],
    [{ S3_ACCESS_KEY_ID: 'id' }, 'S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together'],
    [
      { DRILL_SCHEDULE: '0 5 * * *', BACKUP_RECIPIENTS: 'age1x' },
      'DRILL_SCHEDULE needs DRILL_IDENTITIES beside BACKUP_RECIPIENTS: drills open archives',
    ],
    [
      { DATABASE_URL: 'mysql://app:hidden@db.example/x' },
      'DATABASE_URL must be an address like postgres://user:password@host:5432/database',
    ],
    [{ OIDC_ISSUERS: '[{' }, expect.stringMatching(/^OIDC_ISSUERS must be a JSON list of issuers/)],
    [
      { OIDC_ISSUERS: '[{"issuer":"https://a.example","audience":"x","algorithms":["HS256"]}]' },
      expect.stringMatching(/^OIDC_ISSUERS must be a JSON list of issuers \(0\.algorithms\.0: /),
    ],
    [{ ADMIN_DATABASE_URL: 'postgres://root@db.example/x' }, 'ADMIN_DATABASE_URL needs DATABASE_URL beside it'],
    [
      { CANARY_GROUPS: '{"early":"acme"}' },
      'CANARY_GROUPS must be JSON such as {"early":["acme","globex"]}, not "{"early":"acme"}"',
    ],
    [
      { ...production, SMTP_URL: 'smtp://mail.example' },
      'PUBLIC_URL is required beside SMTP_URL: links in mails lead there',
    ],
    [
      { SMTP_URL: 'mail.example?hidden' },
      'SMTP_URL must be an address like smtp://user:password@host:587 or smtps://host',
    ],
    [{ ACCESS_TOKEN_TTL: '2h', REFRESH_TOKEN_TTL: '1h' }, 'REFRESH_TOKEN_TTL must be longer than ACCESS_TOKEN_TTL'],
  ])('refuses %j in one line', (environment: Record<string, string>, problem) => {
    expect(problemsOf(environment)).toEqual([problem]);
  });

  it.each([
    [{}, false],
    [{ PUBLIC_URL: 'https://chantier.example' }, true],
    [production, true],
    [{ ...production, PUBLIC_URL: 'http://chantier.example' }, true],
    [{ ...production, PUBLIC_URL: 'http://localhost:4000' }, false],
  ])('sends cookies by https only with %j: %s', (environment: Record<string, string>, secure) => {
    expect(loadConfig(environment).secureCookies).toBe(secure);
  });

  it('says all that is wrong at once', () => {
    expect(problemsOf({ NODE_ENV: 'production', PORT: 'x', LOG_LEVEL: 'loud' })).toHaveLength(4);
  });

  it('has an example file that documents exactly the variables there are, with their defaults', () => {
    const lines = readFileSync(path.join(import.meta.dirname, '../.env.example'), 'utf8').split('\n');
    const commented = lines.filter((line) => /^# [A-Z0-9_]+=/.test(line)).map((line) => line.slice(2));
    const documented = parseEnv(commented.join('\n'));
    expect(Object.keys(documented).sort()).toEqual([...variableNames].sort());
    expect(lines.filter((line) => line && !line.startsWith('#'))).toEqual([]);
    const withoutDefault = new Set([
      'PUBLIC_URL',
      'APP_URL',
      'SMTP_URL',
      'MAIL_FROM',
      'TENANT_DOMAIN',
      'CORS_ORIGINS',
      'CORS_HEADERS',
      'DOCUMENT_ID_ALIASES',
      'DATABASE_URL',
      'ADMIN_DATABASE_URL',
      'LISTEN_DATABASE_URL',
      'READ_DATABASE_URL',
      'DATABASE_HOSTS_ALLOWED',
      'DATABASE_HOSTS_WITHOUT_TLS',
      'OIDC_ISSUERS',
      'CANARY_GROUPS',
      'METRICS_PORT',
      'EVENTS_RETENTION',
      'MAINTAIN_EVERY',
      'METRICS_TOKEN',
      'BACKUP_SCHEDULE',
      'BACKUP_TO',
      'BACKUP_FULL_EVERY',
      'DRILL_SCHEDULE',
      'S3_ENDPOINT',
      'S3_LOCK_DAYS',
    ]);
    const entries = Object.entries(documented);
    const defaults = entries.filter(([name]) => !withoutDefault.has(name));
    const examples = entries.filter(([name]) => withoutDefault.has(name));
    expect(loadConfig(Object.fromEntries(defaults))).toEqual(loadConfig({}));
    expect(problemsOf(Object.fromEntries(examples) as Record<string, string>)).toEqual([]);
  });

  it('lets anybody sign up only where their address can be proven', () => {
    const SMTP_URL = 'smtps://mail.example';
    const PUBLIC_URL = 'https://chantier.example';
    expect(loadConfig(production).signUp).toBe('invite');
    expect(loadConfig({ ...production, SMTP_URL, PUBLIC_URL }).signUp).toBe('open');
    expect(loadConfig({ ...production, SIGN_UP: 'off' }).signUp).toBe('off');
    expect(problemsOf({ ...production, SIGN_UP: 'open' })).toEqual([
      'SIGN_UP=open needs SMTP_URL: who signs up proves the address by a mail',
    ]);
  });
});
