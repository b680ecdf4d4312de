import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';

/** A database of a test's own; dropping it disconnects whoever is left in it. */
export interface TestDatabase extends AsyncDisposable {
  name: string;
  /** A superuser's address of it. */
  url: string;
  drop(): Promise<void>;
}

/** A superuser's address of a database on the run's server. */
export const adminUrl = (): string => inject('adminUrl');

/** Makes a fresh, empty database on the run's server. */
export async function createDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE template0 STRATEGY file_copy`);
  const url = new URL(adminUrl());
  url.pathname = `/${name}`;
  const drop = () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return { name, url: url.href, drop, [Symbol.asyncDispose]: drop };
}

/** Runs one statement as superuser; CREATE and DROP DATABASE need a connection to another database. */
async function administer(statement: string): Promise<void> {
  const sql = postgres(adminUrl(), { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}
