import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollBackMove } from '../../src/fleet/move/end-move.ts';
import { moveTenant } from '../../src/fleet/move/move-tenant.ts';
import { primaryDatabaseId } from '../../src/tenancy/installation.ts';
import { createClient } from '../projects/support.ts';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import type { World } from '../support/world.ts';
import { by, furtherDatabase, move, placeOf } from './support.ts';

let second: SecondServer;
let world: World;

beforeAll(async () => {
  second = await startSecondServer();
  world = await ownWorld({ env: second.env });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

const injected = 'uuid /* injected */';

/** Who owns a server can let it say anything: here SQL of their own, where the name of a type is asked for. */
async function letLie(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`
    create function pg_catalog.honest_type(oid, integer) returns text language internal as 'format_type';
    create or replace function pg_catalog.format_type(oid, integer) returns text language sql as
      $$ select case when $1 = 'uuid'::regtype then '${injected}' else honest_type($1, $2) end $$`);
  await sql.end();
}

/** Lets a move have keys to look for: one row is gone once everything was copied. */
async function deleteOneClient(url: string, schemaName: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  await sql`delete from ${sql(schemaName)}.clients where name = 'gone'`;
  await sql.end();
}

describe('an organization’s own server that lies about its tables', () => {
  it('cannot run anything in the shared database when an organization is moved there', async () => {
    const company = await world.company();
    const owner = await company.as('OWNER');
    await createClient(owner, { name: 'gone' });
    const { id, url } = await furtherDatabase(world, second);
    await letLie(url);
    const { schemaName } = await placeOf(world, company);
    const moving = moveTenant(world.app.fleet, company.tenant.id, id, {
      by,
      settle: false,
      onProgress: async ({ stage, tables, of }) => {
        if (stage === 'copying' && tables === of) {
          await deleteOneClient(world.app.installation.adminUrl, schemaName);
        }
      },
    });
    await expect(moving).rejects.toMatchObject({ code: 'INVALID_STATE', message: expect.stringContaining('clients') });
    expect(world.recorded.filter((text) => text.includes('injected'))).toEqual([]);
    expect(await placeOf(world, company)).toMatchObject({ databaseId: primaryDatabaseId, writesPausedUntil: null });
    await createClient(owner, { name: 'still here' });
  });

  it('cannot run anything in the shared database when an organization moves back', async () => {
    const company = await world.company();
    const owner = await company.as('OWNER');
    await createClient(owner, { name: 'gone' });
    const { id, url } = await furtherDatabase(world, second);
    await move(world, company, id);
    await letLie(url);
    await expect(rollBackMove(world.app.fleet, company.tenant.id, { by, settle: false })).rejects.toMatchObject({
      code: 'INVALID_STATE',
    });
    expect(world.recorded.filter((text) => text.includes('injected'))).toEqual([]);
    expect(await placeOf(world, company)).toMatchObject({ databaseId: id, writesPausedUntil: null });
    await createClient(owner, { name: 'still here' });
  });
});
