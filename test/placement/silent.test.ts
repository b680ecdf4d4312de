import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkDatabase } from '../../src/fleet/databases/check-database.ts';
import { registerDatabase } from '../../src/fleet/databases/register-database.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { moveTenant } from '../../src/fleet/move/move-tenant.ts';
import { Wire } from '../db/wire.ts';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import type { World } from '../support/world.ts';
import { by, placeOf } from './support.ts';

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

/**
 * A further database that stops answering, without closing anything, when the administrator begins a statement like
 * this.
 */
async function silentAt(pattern: RegExp): Promise<{ fleet: Fleet; wire: Wire; id: string }> {
  const wire = await Wire.to((await second.createDatabase()).url);
  const { id } = await registerDatabase(world.app.fleet, { kind: 'DEDICATED', url: wire.url }, { by });
  const onStatement = (text: string) => {
    if (pattern.test(text)) wire.fallSilent();
  };
  return { fleet: { ...world.app.fleet, onStatement }, wire, id };
}

it('a database that accepts sign-ins and then stops answering is found down', async () => {
  const { fleet, wire, id } = await silentAt(/obj_description/);
  await using _wire = wire;
  expect(await checkDatabase(fleet, await world.app.databases.get(id), 300)).toMatchObject({
    error: expect.stringContaining('does not accept connections'),
  });
});

it('a target that stops answering behind the fence does not keep the organization from writing', async () => {
  const company = await world.company();
  const owner = await company.as('OWNER');
  const before = await placeOf(world, company);
  // The right to write is gone from here on
  const { fleet, wire, id } = await silentAt(/^revoke insert, update, delete on table/);
  await using _wire = wire;
  const moved = moveTenant(fleet, company.tenant.id, id, { by, settle: false, fencedMs: 1_000 });
  await expect(moved).rejects.toThrow();
  expect(await placeOf(world, company)).toEqual(before);
  const writing = 'mutation { createClient(input: { name: "after" }) { client { name } } }';
  expect(await owner.ok(writing)).toEqual({ createClient: { client: { name: 'after' } } });
});
