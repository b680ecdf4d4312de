import { parse, validate } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { findCaller } from '../../bench/contenders/callers.ts';
import { withGlobalIds } from '../../bench/contenders/contenders.ts';
import { runLimit } from '../../bench/contenders/limit-session.ts';
import { readSample, type Sample } from '../../bench/data/sample.ts';
import { seedTenant } from '../../bench/data/seed-tenant.ts';
import { randomFrom } from '../../bench/measure/random.ts';
import { normalForm, withoutNewId } from '../../bench/operations/normal-form.ts';
import type { Operation, OperationName } from '../../bench/operations/operation.ts';
import { operations } from '../../bench/operations/operations.ts';
import { Admin } from '../../src/db/admin.ts';
import { schema } from '../../src/schema.ts';
import { type Company, type Member, world } from '../support/world.ts';

const size = { projects: 4, tasks: 280, timeEntries: 300, messages: 240 };

const here = await world();
let acme: Company;
let manager: Member;
let sample: Sample;

beforeAll(async () => {
  acme = await here.company();
  await using admin = new Admin({ url: here.databaseUrl });
  await admin.transaction((tx) => seedTenant(tx, acme.tenant, here.app.installation.roles.owner, size));
  manager = await acme.as('MANAGER');
  sample = await here.app.binding.read(acme.tenant, readSample);
});

/** How many objects an answer holds in the list that the operation is about: an empty answer would prove nothing. */
const listed: Record<OperationName, (data: never) => number> = {
  point: ({ node }: { node: object }) => Object.keys(node).length,
  board: ({ node }: { node: { tasks: { nodes: object[] } } }) => node.tasks.nodes.length,
  deep: ({ projects }: { projects: { nodes: { tasks: { nodes: object[] } }[] } }) =>
    projects.nodes.flatMap(({ tasks }) => tasks.nodes).length,
  chat: ({ node }: { node: { messages: { edges: object[] } } }) => node.messages.edges.length,
  report: ({ report }: { report: object[] }) => report.length,
  mutation: ({ record }: { record: { timeEntry: object } }) => Object.keys(record.timeEntry).length,
};
const expected: Record<OperationName, number> = { point: 6, board: 50, deep: 40, chat: 50, report: 25, mutation: 6 };

describe.each(operations.map((operation) => [operation.name, operation] as const))('%s', (name, operation) => {
  it('is a document of the graph', () => {
    expect(validate(schema, parse(operation.server.document))).toEqual([]);
  });

  it('gets the same answer from the server and from the hand-written SQL', async () => {
    const variables = operation.variables(sample, randomFrom(name));
    const ofServer = await askServer(operation, variables);
    const ofLimit = await askLimit(operation, variables);
    expect(listed[name](ofServer as never)).toBe(expected[name]);
    expect(withoutNewId(normalForm(ofServer))).toEqual(withoutNewId(normalForm(ofLimit)));
  });
});

async function askServer({ server }: Operation, variables: ReturnType<Operation['variables']>): Promise<unknown> {
  return await manager.ok<unknown>(server.document, withGlobalIds(server.ids, variables));
}

async function askLimit(operation: Operation, variables: ReturnType<Operation['variables']>): Promise<unknown> {
  const caller = await findCaller(here.app, manager.headers.authorization);
  const { data } = JSON.parse(await runLimit(here.app.pool, caller, operation, variables)) as { data: unknown };
  return data;
}
