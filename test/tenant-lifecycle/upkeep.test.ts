import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { deleteOrganization } from '../../src/fleet/deletion/delete-organization.ts';
import { lifecycleTasks } from '../../src/fleet/schedule/lifecycle-tasks.ts';
import { Upkeep } from '../../src/fleet/schedule/upkeep.ts';
import { isReady, listSpares } from '../../src/fleet/schemas/spares.ts';
import { TestLines } from '../tenancy/test-lines.ts';
import { Estate, nothing } from './support.ts';

await using lines = await TestLines.of({
  alpha: { '20260101000000_init': 'CREATE TABLE "notes" ("id" uuid PRIMARY KEY);' },
});
const estate = await Estate.of(lines.read());
afterAll(() => estate[Symbol.asyncDispose]());

it('keeps spares and drops due schemas in the background, and reports schemas that it could not drop', async () => {
  const { fleet, catalog } = estate.world;
  const [due, stuck] = [await estate.world.provision('Due'), await estate.world.provision('Stuck')];
  for (const { id } of [due, stuck]) {
    await deleteOrganization(fleet, id, { by: { actor: { kind: 'SYSTEM' } }, graceMs: 0 });
  }
  // A database that is no more
  await estate.admin.run(
    `insert into catalog.databases (id, name, kind, state, sealed_url) values ('${stuck.id}', 'gone', 'DEDICATED', 'DOWN', 'x')`,
  );
  await estate.admin.run(`update catalog.organizations set database_id = '${stuck.id}' where id = '${stuck.id}'`);
  const log: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      log.push(String(chunk));
      done();
    },
  });
  const logger = pino({ level: 'info' }, stream);
  const signal = new AbortController().signal;
  await using _upkeep = new Upkeep(lifecycleTasks(fleet, { spares: 2, signal, logger }), logger);
  await expect.poll(async () => (await listSpares(catalog)).filter(isReady).length).toBe(2);
  await expect.poll(() => estate.remains(due)).toEqual(nothing);
  await expect.poll(() => log.join('')).toMatch(/an organization or schema that is due could not be dropped/);
  expect(log.join('')).toContain('"what":"stuck"');
  expect(await estate.remains(stuck)).toMatchObject({ schemas: 1, roles: 1, rows: 1 });
});
