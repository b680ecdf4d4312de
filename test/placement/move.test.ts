import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import type { World } from '../support/world.ts';
import { furtherDatabase, move, placeOf } from './support.ts';

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

it('moves a company with all that it has', async () => {
  const company = await world.company();
  const owner = await company.as('OWNER');
  const { createClient } = await owner.ok(
    'mutation ($input: CreateClientInput!) { createClient(input: $input) { client { id name } lastEventId } }',
    { input: { name: 'Zoë & Co' } },
  );
  const { id } = await furtherDatabase(world, second);
  const moved = await move(world, company, id);
  console.log(moved.progress.pausedMs, moved.progress.rows);
  expect(await placeOf(world, company)).toMatchObject({ databaseId: id, schemaName: moved.toSchemaName });
  const { clients } = await owner.ok('{ clients { nodes { id name } } }');
  expect(clients.nodes).toEqual([createClient.client]);
});
