import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { isObjectType } from 'graphql';
import { beforeAll, expect, it } from 'vitest';
import { Plans } from '../../src/graphql/compile/plans.ts';
import { roles } from '../../src/identity/roles.ts';
import { openSession, signedIn } from '../../src/identity/sessions.ts';
import { relations } from '../../src/relations.ts';
import { schema } from '../../src/schema.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { withAllModules } from '../support/all-modules.ts';
import { Member, world } from '../support/world.ts';
import { Documents, type GeneratedDocument } from './documents.ts';
import { Random } from './random.ts';
import { seedRows } from './seed.ts';

/** `DOCUMENTS=10000 SEED=7 [ROOT=tasks] npx vitest run test/compile/differential.test.ts` */
const perRole = Number(process.env.DOCUMENTS ?? 60);
const seed = Number(process.env.SEED ?? 1);

const here = await world({ env: { MAX_COMPLEXITY: '10000000', ACCESS_TOKEN_TTL: '86400' } });
const acme = await withAllModules(here, await here.company());
const plans = new Plans(schema);
const compiled = buildGraphServer(here.app, { plans }).yoga;
const plain = buildGraphServer(here.app, { plans: null }).yoga;
const ids = new Map<string, string[]>();
const references: string[] = [];
const origin = { ipAddress: '127.0.0.1' };

beforeAll(async () => {
  const members = await Promise.all(roles.map((role) => acme.as(role)));
  const people = members.map(({ profileId }) => profileId);
  await here.app.binding.write(acme.tenant, (tx) => seedRows(tx, new Random(seed), people), { roleClass: 'job' });
  await here.app.binding.read(acme.tenant, async (db) => {
    for (const type of Object.values(schema.getTypeMap())) {
      const model = type.extensions.pothosDrizzleModel as keyof typeof relations | undefined;
      if (!isObjectType(type) || !model || !type.getInterfaces().length) continue;
      const table = relations[model].table as PgTable;
      const key = getTableConfig(table).columns.find(({ name }) => name === 'id')!;
      const reference = getTableConfig(table).columns.find(({ name }) => name === 'external_reference') ?? key;
      const rows = await db.select({ id: key, reference }).from(table);
      const of = rows.map(({ id }) => `${type.name}:${id}`);
      if (of.length) ids.set(type.name, of);
      references.push(...rows.flatMap(({ reference }) => (reference ? [`${type.name}:ref:${reference}`] : [])));
    }
  });
});

async function answer(yoga: typeof plain, member: Member, { query, variables }: GeneratedDocument) {
  const response = await yoga.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...member.headers },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, text: JSON.stringify(withoutErrorIds(await response.json())) };
}

/** The same member with a new token: a long run outlives the first. */
async function signedInAnew({ user, profileId }: Member): Promise<Member> {
  const { identity } = here.app;
  const session = await identity.catalog.write((tx) =>
    openSession(identity, tx, { userId: user.id, organizationId: acme.tenant.id, deviceName: undefined }, origin),
  );
  return new Member(acme, user, profileId, await signedIn(identity, user, session));
}

/** Each unexpected error has an id of its own. */
function withoutErrorIds(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (key, value) => (key === 'errorId' ? undefined : value));
}

type Answered = Awaited<ReturnType<typeof answer>>;

/**
 * Both answers to a document must be equal. Where an error leaves no data at all, GraphQL leaves open which errors of
 * other root fields are reported too: those that came first. So one answer may have more of them.
 */
function expectSame(actual: Answered, expected: Answered, which: string): void {
  const [fewer, more] = [actual, expected].map(errorsWithoutData).sort((a, b) => a.length - b.length);
  const missing = fewer!.filter((error) => !more!.includes(error));
  if (fewer!.length > 0 && fewer!.length < more!.length)
    expect([actual.status, missing], which).toEqual([expected.status, []]);
  else expect(actual, which).toEqual(expected);
}

/** The errors of an answer whose data is null. */
function errorsWithoutData({ text }: Answered): string[] {
  const { data, errors = [] } = JSON.parse(text) as { data?: unknown; errors?: unknown[] };
  return data === null ? errors.map((error) => JSON.stringify(error)) : [];
}

/** Shares of the documents that were executed at all, over all roles: too few compiled, and the test proves nothing. */
const leastCompiled = 0.25;
const leastInPart = 0.02;
let executed = 0;

it.each(roles)(
  `answers %s as the executor does, in ${perRole} random documents`,
  { timeout: 3_600_000 },
  async (role) => {
    const member = await signedInAnew(await acme.as(role));
    const documents = new Documents(
      schema,
      new Random(seed + roles.indexOf(role) * 1_000),
      ids,
      references,
      process.env.ROOT,
    );
    for (let i = 0; i < perRole; i++) {
      const document = documents.next();
      const which = `document ${i} of seed ${seed}:\n${document.query}\n${JSON.stringify(document.variables)}`;
      const expected = await answer(plain, member, document);
      expectSame(await answer(compiled, member, document), expected, which);
      expect(plans.counts.failed, `The database refused the statement of ${which}`).toBe(0);
      const body = JSON.parse(expected.text) as { data?: unknown };
      if ('data' in body) executed++;
      documents.learn(document, body.data);
    }
  },
);

it('answered enough of those documents by compiled statements', () => {
  const { answered, partly } = plans.counts;
  console.info(`${executed} documents executed, ${answered} compiled as a whole, ${partly} in part`);
  expect(answered / executed).toBeGreaterThan(leastCompiled);
  if (!process.env.ROOT) expect(partly / executed).toBeGreaterThan(leastInPart);
});
