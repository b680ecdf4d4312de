import { expect, it } from 'vitest';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { createDatabase } from '../support/database.ts';
import { World } from '../support/world.ts';
import { Raw } from '../tenancy/raw.ts';

const rows = 1_200;

it('indexes the words of existing rows again, tenant by tenant, in short transactions', async () => {
  const database = await createDatabase();
  await using admin = new Raw(database.url);
  await using here = await World.open({ databaseUrl: database.url });
  here.defer(() => database.drop());
  await migrateFleet(here.app.fleet);
  const { tenant } = await here.company();
  const [schema] = [tenant.schemaName];
  // As an older build left them: indexed as they were written
  await admin.run(`alter table ${schema}.tasks disable trigger tasks_search`);
  await admin.run(
    `insert into ${schema}.tasks (id, type, assignee_id, name, rank, search)
      select gen_random_uuid(), 'PERSONAL', null, 'castor…' || n, 'a' || n, to_tsvector('extensions.fr', 'castor…' || n)
      from generate_series(1, ${rows}) as n`,
  );
  await admin.run(`alter table ${schema}.tasks enable trigger tasks_search`);
  await admin.run(
    `delete from chantier.tenant_migrations where schema_name = '${schema}' and name like '%_reindex_search'`,
  );
  const found = () => admin.run(`select count(*)::int as count from ${schema}.tasks where search @@ 'castor'::tsquery`);
  expect(await found()).toEqual([{ count: 0 }]);

  const statements: string[] = [];
  const report = await migrateFleet({ ...here.app.fleet, onStatement: (text) => statements.push(text) });

  expect(report.failed).toEqual([]);
  expect(await found()).toEqual([{ count: rows }]);
  const updates = statements.flatMap((text, place) => (text.includes('UPDATE "tasks"') ? [place] : []));
  expect(updates).toHaveLength(Math.ceil(rows / 500));
  for (const place of updates)
    expect(statements.slice(place + 1).find((text) => /^(commit|begin)/i.test(text))).toMatch(/^commit/i);
});
