import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../projects/support.ts';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import type { World } from '../support/world.ts';
import { furtherDatabase, move, placeOf } from './support.ts';

let second: SecondServer;
let world: World;
let primary: Sql;

beforeAll(async () => {
  second = await startSecondServer();
  world = await ownWorld({ env: second.env });
  primary = postgres(world.app.installation.adminUrl, { max: 2, onnotice: () => {} });
});

afterAll(async () => {
  await primary.end();
  await world[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

const stalling = 4711;

/**
 * Lets the COMMIT of a switch take as long as somebody holds a lock, as one of a disk or a standby that does not answer
 * does.
 */
async function stallSwitches(sql: Sql): Promise<void> {
  await sql.unsafe(`
    create function public.stall() returns trigger language plpgsql set lock_timeout = 0 as $$
    begin
      loop
        begin
          perform pg_advisory_xact_lock(${stalling});
          return null;
        exception when query_canceled then null;
        end;
      end loop;
    end $$;
    create constraint trigger stall after update on catalog.tenant_moves deferrable initially deferred
      for each row when (new.phase = 'SWITCHED' and old.phase <> 'SWITCHED') execute function public.stall()`);
}

it('a switch whose COMMIT is answered too late is not undone: no writes go to the old copy', async () => {
  const company = await world.company();
  const owner = await company.as('OWNER');
  await createClient(owner, { name: 'before' });
  const { id } = await furtherDatabase(world, second);
  const before = await placeOf(world, company);
  await stallSwitches(primary);
  const holder = await primary.reserve();
  await holder`select pg_advisory_lock(${stalling})`;
  const moving = move(world, company, id);
  // Once the answer was given up, somebody wants the journal's row that the switch holds; then the COMMIT comes through
  await expect
    .poll(
      async () =>
        (
          await primary`select 1 from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query ~ 'update "?(catalog"?\\."?)?tenant_moves'`
        ).length,
      { timeout: 60_000 },
    )
    .toBe(1);
  const [rights] = await primary`
    select has_table_privilege(${before.roleName}, ${`${before.schemaName}.clients`}, 'insert') as writes`;
  expect(rights).toEqual({ writes: false });
  await holder`select pg_advisory_unlock(${stalling})`;
  holder.release();
  expect(await moving).toMatchObject({ phase: 'SWITCHED' });
  expect((await placeOf(world, company)).databaseId).toBe(id);
  await createClient(owner, { name: 'after' });
  const journal = await world.app.catalog.read((db) =>
    db.query.tenantMoves.findFirst({ where: { organizationId: company.tenant.id } }),
  );
  expect(journal).toMatchObject({ phase: 'SWITCHED', progress: { fenced: false } });
});
