import { afterAll, expect, it } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { bootstrap } from '../../src/fleet/schemas/bootstrap.ts';
import { createDatabase } from '../support/database.ts';
import { testSecret } from '../support/test-secret.ts';

const database = await createDatabase();
const name = `${database.name} "à côté" 100%`;

/** Runs a statement in the database `postgres` of the same server. */
async function administer(statement: string): Promise<void> {
  const url = new URL(database.url);
  url.pathname = '/postgres';
  await using admin = new Admin({ url: url.href });
  await admin.run(statement);
}

afterAll(async () => {
  await administer(`alter database "${name.replaceAll('"', '""')}" rename to ${database.name}`);
  await database.drop();
});

it('connects to a database whose name is percent-encoded in the URL', async () => {
  await administer(`alter database ${database.name} rename to "${name.replaceAll('"', '""')}"`);
  const url = new URL(database.url);
  url.pathname = `/${encodeURIComponent(name)}`;
  const { appUrl } = await bootstrap({ adminUrl: url.href, secret: testSecret });
  await using app = new Admin({ url: appUrl });
  expect(await app.run('select current_database() as name')).toEqual([{ name }]);
});
