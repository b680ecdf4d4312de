import { afterAll, beforeAll, expect, it } from 'vitest';
import { deleteOrganization } from '../../src/fleet/deletion/delete-organization.ts';
import { purgeOrganization } from '../../src/fleet/deletion/purge-organization.ts';
import { undeleteOrganization } from '../../src/fleet/deletion/undelete-organization.ts';
import { confirmMove } from '../../src/fleet/move/end-move.ts';
import { by, furtherDatabase, move, placeOf } from '../placement/support.ts';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import type { World } from '../support/world.ts';
import { Raw } from '../tenancy/raw.ts';

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

it('an organization in a database of its own is deleted there, with its login, and in its former database', async () => {
  const { fleet } = world.app;
  const company = await world.company();
  const { id, schemaName: before } = company.tenant;
  const owner = await company.as('OWNER');
  const further = await furtherDatabase(world, second);
  await using there = new Raw(further.url);
  await using here = new Raw(world.app.installation.adminUrl);
  const schemas = (raw: Raw, name: string) =>
    raw.run(`select nspname from pg_namespace where nspname in ('${name}', 'dropping_${name}')`);
  const logins = () => there.run(`select rolname from pg_roles where rolname ~ '_t_'`);
  await move(world, company, further.id);
  await expect(deleteOrganization(fleet, id, { by })).rejects.toMatchObject({ code: 'INVALID_STATE' });
  await confirmMove(fleet, id, by);
  const { schemaName } = await placeOf(world, company);
  expect(await logins()).not.toEqual([]);
  await deleteOrganization(fleet, id, { by });
  expect((await owner.graphql('{ projects { totalCount } }')).errors[0]?.extensions.code).toBe('TENANT_NOT_FOUND');
  await undeleteOrganization(fleet, id, by);
  expect(await owner.ok('{ projects { totalCount } }')).toEqual({ projects: { totalCount: 0 } });
  await deleteOrganization(fleet, id, { by });
  const receipt = await purgeOrganization(fleet, id, { by, now: true });
  expect(receipt).toMatchObject({ databaseId: further.id, schemaName });
  expect(receipt.rows).toBeGreaterThan(0);
  expect(await schemas(there, schemaName)).toEqual([]);
  expect(await logins()).toEqual([]);
  expect(await schemas(here, before)).toEqual([]);
});
