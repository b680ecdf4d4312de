import { parse, validate } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { readSample, type Sample } from '../../bench/data/sample.ts';
import { seedTenant } from '../../bench/data/seed-tenant.ts';
import { randomFrom } from '../../bench/measure/random.ts';
import { documents, mostDocuments } from '../../bench/memory/documents.ts';
import { Admin } from '../../src/db/admin.ts';
import { schema } from '../../src/schema.ts';
import { type Company, type Member, world } from '../support/world.ts';

const size = { projects: 4, tasks: 40, timeEntries: 10, messages: 40 };

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

test('are valid, and differ in more than their names', () => {
  const all = documents(mostDocuments);
  expect(all.filter(({ text }) => validate(schema, parse(text)).length > 0)).toEqual([]);
  expect(new Set(all.map(({ text }) => text.replace(/Read\d+/, ''))).size).toBe(mostDocuments);
});

test('are answered by one statement each, all with different texts', async () => {
  const random = randomFrom('documents');
  const asked = documents(mostDocuments).filter((_, n) => n % 23 === 0);
  const texts = new Set<string>();
  for (const { text, variables } of asked) {
    const { data, errors, statements } = await manager.graphql(text, variables(sample, random));
    expect(errors).toEqual([]);
    expect(data.node).toMatchObject({ id: expect.any(String) });
    expect(statements).toHaveLength(1);
    texts.add(statements[0]!);
  }
  expect(texts.size).toBe(asked.length);
});
