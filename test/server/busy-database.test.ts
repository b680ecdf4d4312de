import { afterAll, expect, it } from 'vitest';
import { HttpServer } from '../../src/server/http.ts';
import { Backends } from '../support/backends.ts';
import { ownWorld } from '../support/own-world.ts';
import type { Company, Member } from '../support/world.ts';

const waitMs = 600;
const here = await ownWorld({ env: { POOL_SIZE: '4', POOL_WAIT_MS: String(waitMs) } });
const server = await HttpServer.listen({ router: here.router, host: '127.0.0.1', port: 0, graceMs: 1000 });
const admin = new Backends(here.app.installation.adminUrl);
afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await server.close();
  await here[Symbol.asyncDispose]();
});

const companies: Company[] = [];
for (const name of ['Acme', 'Globex', 'Initech']) companies.push(await here.company(name));
const [acme, globex, initech] = await Promise.all(companies.map((company) => company.as('MEMBER')));

async function ask(member: Pick<Member, 'headers'>) {
  const response = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...member.headers },
    body: JSON.stringify({ query: '{ profiles { totalCount } }' }),
  });
  const { data, errors } = (await response.json()) as {
    data?: { profiles: { totalCount: number } } | null;
    errors?: { extensions: { code: string } }[];
  };
  return { status: response.status, retryAfter: response.headers.get('retry-after'), data, errors };
}

/** Makes every query of these organizations wait until the work is done. */
async function slowed(members: readonly Member[], work: () => Promise<void>): Promise<void> {
  const tables = members.map(({ company }) => `${company.tenant.schemaName}.profiles`);
  await admin.query(`begin; lock table ${tables.join(', ')} in access exclusive mode`);
  try {
    await work();
  } finally {
    await admin.query('rollback');
  }
}

const busy = (slots: number) => expect.poll(() => here.app.pool.stats().busy).toBe(slots);

it('64 slow queries of one organization leave slots to the others', async () => {
  const slow: Promise<Awaited<ReturnType<typeof ask>>>[] = [];
  await slowed([acme!], async () => {
    slow.push(...Array.from({ length: 64 }, () => ask(acme!)));
    await busy(2);
    for (const other of [globex!, initech!, globex!]) {
      const { data } = await ask(other);
      expect(data?.profiles.totalCount).toBe(1);
    }
    await expect.poll(() => here.app.pool.stats().waiting).toBe(0);
  });
  const answers = await Promise.all(slow);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
  for (const { status, retryAfter, errors } of answers.filter((answer) => answer.status !== 200))
    expect([status, retryAfter, errors?.[0]?.extensions.code]).toEqual([503, '1', 'UNAVAILABLE']);
  await busy(0);
});

it('an exhausted pool answers 503 with Retry-After within the deadline, and recovers', async () => {
  const slow: Promise<Awaited<ReturnType<typeof ask>>>[] = [];
  await slowed([acme!, globex!], async () => {
    slow.push(ask(acme!), ask(acme!), ask(globex!), ask(globex!));
    await busy(4);
    const { status, retryAfter, errors, data } = await ask(initech!);
    expect([status, retryAfter, errors?.[0]?.extensions.code, data]).toEqual([503, '1', 'UNAVAILABLE', null]);
    // By its deadline, and not because a slot was lost: those who hold them are still at it
    expect(here.app.pool.stats()).toMatchObject({ busy: 4, waiting: 0 });
  });
  for (const { data } of await Promise.all(slow)) expect(data?.profiles.totalCount).toBe(1);
  expect((await ask(initech!)).status).toBe(200);
});

it('reports of one organization leave slots to its members and to the reports of others', async () => {
  const create = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }';
  const reportsOf = async (company: Company) => {
    const owner = await company.as('OWNER');
    const { createApiKey } = await owner.ok(create, { input: { name: 'report', scopes: ['PEOPLE_READ'] } });
    return { headers: { authorization: `Bearer ${createApiKey.key}` } };
  };
  const [ofAcme, ofGlobex] = [await reportsOf(companies[0]!), await reportsOf(companies[1]!)];
  let refused = 0;
  const report = async () => {
    const { status } = await ask(ofAcme);
    if (status === 503) refused++;
    return status;
  };
  const answers: Promise<number>[] = [];
  await slowed([acme!], async () => {
    answers.push(...Array.from({ length: 10 }, report));
    await busy(1);
    expect((await ask(ofGlobex)).status).toBe(200);
    answers.push(ask(acme!).then(({ status }) => status));
    await busy(2);
    await expect.poll(() => refused).toBe(9);
  });
  expect((await Promise.all(answers)).filter((status) => status === 200)).toHaveLength(2);
  await expect.poll(() => here.app.pool.stats().busy).toBe(0);
  expect((await ask(ofAcme)).status).toBe(200);
});
