import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { restoreNew } from '../../src/fleet/archive/restore-new.ts';
import { verifyArchive } from '../../src/fleet/archive/verify-archive.ts';
import { world } from '../support/world.ts';
import { archiveOf, filledCompany, scratchFolder, textsOf, withAdmins } from './support.ts';

const server = await world();
const folder = await scratchFolder();
/** A restore drops waiting jobs and messages, and a copy’s webhooks are paused. */
const dropped = /jobs|webhook/;
let n = 0;
const slug = () => `restored-${process.pid}-${++n}`;

test('a tenant restored from an archive has, row by row, the same data parts', async () => {
  const { tenant } = await filledCompany(server);
  const archive = await archiveOf(server, tenant, folder);
  const restored = await withAdmins(server, (admins) =>
    restoreNew(server.app.fleet, admins, archive, { slug: slug() }),
  );
  const again = await archiveOf(server, restored, folder);
  const kept = async (of: typeof archive) => [...(await textsOf(of))].filter(([part]) => !dropped.test(part));
  expect(await kept(again)).toEqual(await kept(archive));
  const shared = ({ manifest }: typeof archive) => ({
    tables: manifest.tables.filter(({ name }) => !dropped.test(name)),
    migrations: manifest.migrations,
    last: manifest.events?.last,
  });
  expect(shared(again)).toEqual(shared(archive));
  expect(again.manifest.events?.era).toBe(archive.manifest.events!.era + 1);
  expect(restored).toMatchObject({ name: 'Full', timeZone: 'Europe/Paris', locale: 'fr-FR', status: 'ACTIVE' });
  expect(archive.manifest.tables.filter(({ rows }) => rows === 0).map(({ name }) => name).length).toBeLessThan(8);
});

test('an archive is verified by a trial restore, which leaves nothing', async () => {
  const { tenant } = await filledCompany(server);
  const archive = await archiveOf(server, tenant, folder);
  const proven = await withAdmins(server, (admins) => verifyArchive(server.app.fleet, admins, archive));
  expect(proven.rows).toBe(archive.manifest.tables.reduce((sum, { rows }) => sum + rows, 0));
  const left = await server.app.catalog.read((db) =>
    db.execute(sql`select schema_name from tenant_schemas where state in ('SCRATCH', 'DROPPING')`),
  );
  expect([...left]).toEqual([]);
});
