/** Only this machine and this data: nothing of worth is behind it. */
const secret = 'the secret of the benchmark, which guards nothing';

/** What the server under measurement is started with: production, on the database of a data set. */
export function environment(databaseUrl: string, port = 0): Record<string, string> {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: 'http://bench.localhost',
    DATABASE_URL: databaseUrl,
    SECRET: secret,
    // A run takes longer than people's tokens live.
    ACCESS_TOKEN_TTL: '1d',
    LOG_LEVEL: 'warn',
    // Points are counted as in production, but the load of a run is far beyond the limits
    KEY_POINTS: '10000000',
    KEY_RESTORE_RATE: '1000000',
    ORGANIZATION_POINTS: '10000000',
    ORGANIZATION_RESTORE_RATE: '1000000',
  };
}
