import { randomBytes } from 'node:crypto';
import postgres from 'postgres';

/** A database of a test's own; dropping it disconnects whoever is left in it. */
export interface TestDatabase extends AsyncDisposable {
  name: string;
  /** A superuser's address of it. */
  url: string;
  drop(): Promise<void>;
}

/**
 * Makes a fresh, empty database on the server of a superuser's address, or a copy of `template`, to which nobody may be
 * connected; `locale` is what CREATE DATABASE says of it.
 */
export async function createDatabaseOn(
  adminUrl: string,
  { locale = '', template = 'template0' }: { locale?: string | undefined; template?: string } = {},
): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy ${locale}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const drop = () => administer(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return { name, url: url.href, drop, [Symbol.asyncDispose]: drop };
}

/** Runs one statement as superuser; CREATE and DROP DATABASE need a connection to another database. */
async function administer(adminUrl: string, statement: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}
