import { afterAll, expect, it } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { world } from '../support/world.ts';

const here = await world({ env: { POOL_SIZE: '4' } });
const acme = await here.company();
const manager = await acme.as('MANAGER');
const admin = new Admin({ url: here.app.installation.adminUrl });
afterAll(() => admin[Symbol.asyncDispose]());

const compiled = buildGraphServer(here.app).yoga;
const plain = buildGraphServer(here.app, { plans: null }).yoga;

const fields = 'nodes { name sector mainContact }';
const query = `{ clients(where: { name: { eq: "Fixed" } }) { totalCount ${fields} } }`;
const partly = `{ clients(where: { name: { eq: "Fixed" } }) { totalCount ${fields} } events(first: 1) { nodes { action } } }`;
const fixed = { name: 'Fixed', sector: 'Steel', mainContact: null };
const found = { clients: { totalCount: 1, nodes: [fixed] } };
const change = `mutation ($name: String!) { createClient(input: { name: $name }) { client { name version } } }`;

/** What clients do over and over, and what they have to be answered each time. */
const work: Record<string, (n: number) => Promise<void>> = {
  'a compiled query': async () => expect(await send(compiled, query)).toEqual({ data: found }),
  'an executed query': async () => expect(await send(plain, query)).toEqual({ data: found }),
  'a query of both kinds': async () => expect(await send(compiled, partly)).toMatchObject({ data: found }),
  'a compiled change': async (n) => expect(await send(compiled, change, { name: `c${n}` })).toEqual(created(`c${n}`)),
  'an executed change': async (n) => expect(await send(plain, change, { name: `p${n}` })).toEqual(created(`p${n}`)),
  'work of the server itself': async () =>
    here.app.binding.read(acme.tenant, async (db) => {
      const columns = { name: true, sector: true, mainContact: true } as const;
      expect(await db.query.clients.findMany({ columns, where: { name: 'Fixed' } })).toEqual([fixed]);
    }),
};

const created = (name: string) => ({ data: { createClient: { client: { name, version: 1 } } } });

async function send(yoga: typeof plain, text: string, variables: object = {}): Promise<unknown> {
  const response = await yoga.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...manager.headers },
    body: JSON.stringify({ query: text, variables }),
  });
  return response.json();
}

/** Clients that never pause, until they are stopped. */
class Load {
  readonly #done = new Map<string, number>();
  readonly #running: Promise<unknown>;
  #stopped = false;
  #tell: (() => void) | undefined;

  constructor() {
    this.#running = Promise.all(Object.entries(work).map(([name, once]) => this.#repeat(name, once)));
    this.#running.catch(() => this.#tell?.());
  }

  async #repeat(name: string, once: (n: number) => Promise<void>): Promise<void> {
    for (let n = 0; !this.#stopped; n++) {
      await once(n);
      this.#done.set(name, n + 1);
      this.#tell?.();
    }
  }

  /** When everything was done so many times more; fails when anything of it did. */
  async turns(count: number): Promise<void> {
    const from = new Map(this.#done);
    const isDone = () =>
      Object.keys(work).every((name) => (this.#done.get(name) ?? 0) - (from.get(name) ?? 0) >= count);
    const turned = new Promise<void>((resolve) => {
      this.#tell = () => isDone() && resolve();
    });
    await Promise.race([turned, this.#running]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }
}

/** Each is committed by itself. They all make statements stale that are prepared on the connections. */
const migrations = [
  // PostgreSQL changes no type of a column that a trigger names
  'drop trigger clients_search on clients',
  'alter table clients add column later text, add column unread integer',
  'alter table clients alter column sector type varchar',
  'create index clients_later on clients (sector)',
  'alter table clients alter column main_contact type varchar',
  'alter table clients drop column unread',
  'alter table clients alter column sector type text, alter column main_contact type text',
  'alter table events alter column action type varchar',
  'alter table events alter column action type text',
  'drop index clients_later',
];

it('a migration under load is invisible: no error reaches a client, and every answer is right', async () => {
  await send(plain, 'mutation { createClient(input: { name: "Fixed", sector: "Steel" }) { client { id } } }');
  const load = new Load();
  for (const migration of migrations) {
    await load.turns(8);
    await admin.run(migration.replace(/(table|on|drop index) (?=[a-z]+)/, `$1 ${acme.tenant.schemaName}.`));
  }
  await load.turns(8);
  await load.stop();
});
