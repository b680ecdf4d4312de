import { eq } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { builder } from '../../src/graphql/declare/builder.ts';
import { schema } from '../../src/schema.ts';
import { notifyOrganizationChanged } from '../../src/tenancy/invalidation.ts';
import { organizations } from '../../src/tenancy/tables.ts';
import { world } from '../support/world.ts';

// For this file clients are of an optional module, and one mutation is of another
for (const { extensions } of [schema.getType('Client')!, builder.configStore.getTypeConfig('Client')])
  Object.assign(extensions!, { module: 'billing' });
Object.assign(schema.getMutationType()!.getFields().createTask!.extensions, { module: 'planning' });

const here = await world();
const company = await here.company();
const owner = await company.as('OWNER');

async function switchOn(modules: string[]): Promise<void> {
  await here.app.catalog.write(async (tx) => {
    await tx.update(organizations).set({ modules }).where(eq(organizations.id, company.tenant.id));
    await notifyOrganizationChanged(tx, company.tenant.id);
  });
}

const documents = [
  '{ clients { nodes { id } } }',
  '{ projects { nodes { client { name } } } }',
  '{ clients { nodes { ...name } } } fragment name on Client { name }',
  '{ node(id: "Client:01a00000-0000-7000-8000-000000000000") { ... on Client { name } } }',
  '{ node(id: "Client:01a00000-0000-7000-8000-000000000000") { id } }',
  '{ nodes(ids: ["Project:ref:x", "Client:ref:x"]) { id } }',
  'query ($id: ID = "Client:ref:x") { node(id: $id) { id } }',
];
const create = `mutation { createTask(input: { projectId: "Project:01a00000-0000-7000-8000-000000000000", name: "x" }) { task { id } } }`;

it('a request for a module that is off is rejected before any SQL', async () => {
  await switchOn([]);
  // The second time it is a document that the server knows
  for (const document of [...documents, ...documents]) {
    const { errors, statements } = await owner.graphql(document);
    expect(errors[0]?.extensions, document).toMatchObject({ code: 'MODULE_DISABLED', module: 'billing' });
    expect(statements).toEqual([]);
  }
  const { errors, statements } = await owner.graphql(create);
  expect(errors[0]?.extensions).toMatchObject({ code: 'MODULE_DISABLED', module: 'planning' });
  expect(statements).toEqual([]);
  expect((await owner.ok('{ projects { totalCount } }')).projects.totalCount).toBe(0);
});

it('only modules that are switched on are answered', async () => {
  await switchOn(['billing']);
  for (const document of documents) expect((await owner.graphql(document)).errors).toEqual([]);
  expect((await owner.graphql(create)).errors[0]?.extensions.code).toBe('MODULE_DISABLED');
  await switchOn(['planning']);
  expect((await owner.graphql(create)).errors[0]?.extensions.code).toBe('NOT_FOUND');
  expect((await owner.graphql(documents[0]!)).errors[0]?.extensions.code).toBe('MODULE_DISABLED');
});

it('the log shows nothing of a module that is off, whose tables may be missing', async () => {
  await switchOn(['billing']);
  await owner.ok('mutation { createClient(input: { name: "Logged" }) { lastEventId } }');
  const logged = async () =>
    (await owner.ok('{ events(where: { resourceType: { eq: "Client" } }) { totalCount } }')).events.totalCount;
  // The server hears of it by a notification
  await expect.poll(logged).toBe(1);
  await switchOn([]);
  await expect.poll(logged).toBe(0);
});
