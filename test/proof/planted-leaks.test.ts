import { afterAll, describe, expect, it } from 'vitest';
import { rowRules } from '../../src/access/row-rules.ts';
import { Admin } from '../../src/db/admin.ts';
import { SlotPool } from '../../src/db/slot-pool.ts';
import { Plans } from '../../src/graphql/compile/plans.ts';
import { openProofTarget, partsOf } from '../../src/proof-target.ts';
import { allAttacks } from '../../src/prove/attacks.ts';
import { attackPair, groupsOf, withScratch } from '../../src/prove/prove.ts';
import type { AttackedServer, ProofTarget } from '../../src/prove/target.ts';
import { schema } from '../../src/schema.ts';
import { buildGraphServer, type GraphParts, type GraphServerOptions } from '../../src/serve.ts';
import { ownWorld } from '../support/own-world.ts';
import {
  anyCursor,
  forgetfulPlans,
  RolelessBinding,
  StrayBinding,
  sharedRetries,
  stuckDirectory,
  trustingAuthenticator,
} from './leaky-parts.ts';

const here = await ownWorld();
const sound = await openProofTarget(here.app, { closes: false });

/** The two organizations of all attacks of this file, made while everything was sound. */
const made = Promise.withResolvers<Parameters<Parameters<typeof withScratch>[1]>>();
const over = Promise.withResolvers<void>();
const scratch = withScratch(sound, (...given) => {
  made.resolve(given);
  return over.promise;
}).catch(made.reject);
const [pair, admin] = await made.promise;
const [a, b] = pair;

const pool = new SlotPool({ url: here.app.installation.appUrl, size: 4 });
const superPool = new SlotPool({ url: here.app.installation.adminUrl, size: 4 });
afterAll(async () => {
  over.resolve();
  await scratch;
  for (const each of [pool, superPool, sound, here]) await each[Symbol.asyncDispose]();
});

/** A server with some parts in the place of the sound ones. */
function serverWith(parts: Partial<GraphParts>, options: GraphServerOptions = {}): AttackedServer {
  const { yoga } = buildGraphServer({ ...partsOf(here.app), ...parts }, options);
  return { name: 'leaky', ask: (request) => yoga.fetch(request) };
}

/** The kinds of attack that have found something. */
const awake = new Set<string>();

/** What one kind of attack finds. */
async function found(group: string, changes: Partial<ProofTarget> = {}): Promise<string[]> {
  const [report] = await attackPair({ ...sound, ...changes }, admin, pair, groupsOf([group]));
  if (report!.findings.length > 0) awake.add(group);
  return report!.findings.map(({ attack, what }) => `${attack}: ${what}`);
}

const viaServer = (parts: Partial<GraphParts>, options?: GraphServerOptions) => ({
  servers: [serverWith(parts, options)],
});
const other = (schemaName: string) => (schemaName === a.tenant.schemaName ? b : a).tenant;

const nothing = () => {};

/** Runs statements as superuser around the work. */
async function while_(before: string[], after: string[], work: () => Promise<string[]>): Promise<string[]> {
  await using superuser = new Admin({ url: here.app.installation.adminUrl });
  for (const text of before) await superuser.run(text);
  try {
    return await work();
  } finally {
    for (const text of after) await superuser.run(text);
  }
}

describe('a planted leak is found:', () => {
  it('none, if nothing is planted', async () => {
    for (const group of ['caches', 'credentials', 'rights', 'pool']) expect(await found(group)).toEqual([]);
  });

  it('one session in seven bound to the other organization', async () => {
    const binding = new StrayBinding(pool, ({ schemaName }) => other(schemaName));
    expect((await found('caches', viaServer({ binding }))).join()).toContain(`shows ${a.tenant.slug} ${b.marker}`);
  });

  it('the search path of the other organization, with one’s own role', async () => {
    const binding = new StrayBinding(pool, (tenant) => ({ schemaName: other(tenant.schemaName).schemaName }));
    expect((await found('changes', viaServer({ binding }))).join()).toContain('INTERNAL');
  });

  it('the role not set, for a superuser', async () => {
    const target = { binding: new RolelessBinding(superPool) };
    const findings = (await found('rights', target)).join();
    expect(findings).toContain('reading clients (pool): was carried out');
    expect(findings).toContain('whose session it is (pool): is ');
  });

  it('the role not set, for the application’s login: nothing works', async () => {
    const binding = new RolelessBinding(pool);
    expect((await found('caches', viaServer({ binding }))).join()).toContain('shows nothing of one’s own');
  });

  it('a cursor that a session leaves open', async () => {
    let left = 0;
    class Lingering extends StrayBinding {
      override open(...args: Parameters<StrayBinding['open']>) {
        const session = super.open(...args);
        const cursor = `declare left_${left++} cursor with hold for select last_name from profiles`;
        void session.db.execute(cursor).then(nothing, nothing);
        return session;
      }
    }
    const bindingOver = (slots: SlotPool) => new Lingering(slots, () => ({}));
    expect((await found('pool', { bindingOver })).join()).toContain('what sessions leave behind');
  });

  it.each([
    ['projects', {}],
    ['messages', { plans: null }],
  ] as const)('no row rule on %s', async (table, how) => {
    const rule = rowRules.get(table)!;
    rowRules.set(table, () => 'all');
    try {
      expect((await found('hidden rows', viaServer({}, how))).join()).toContain(`${table} as CLIENT`);
    } finally {
      rowRules.set(table, rule);
    }
  });

  it('no comparison of token and tenant', async () => {
    const target = viaServer({ authenticator: trustingAuthenticator(here.app.authenticator) });
    const findings = (await found('credentials', target)).join();
    for (const door of ['header', 'path', 'host']) expect(findings).toContain(`token by ${door}: was let in`);
    expect(findings).toContain('key by header: was let in');
  });

  it('a directory that returns one tenant for all', async () => {
    const target = viaServer({ directory: stuckDirectory(here.app.directory) });
    expect(await found('caches', target)).not.toEqual([]);
  });

  it('plans that cache answers across tenants', async () => {
    const target = viaServer({}, { plans: forgetfulPlans(new Plans(schema)) });
    expect((await found('caches', target)).join()).toContain(`shows ${b.tenant.slug} ${a.marker}`);
  });

  it('cursors that are valid in any ordering', async () => {
    const findings = await found('cursors', { servers: [anyCursor(serverWith({}))] });
    expect(findings.join()).toContain("tasks after another ordering's: was accepted");
  });

  it('rights widened to PUBLIC', async () => {
    const { schemaName } = b.tenant;
    const findings = await while_(
      [`grant usage on schema ${schemaName} to public`, `grant select on all tables in schema ${schemaName} to public`],
      [
        `revoke usage on schema ${schemaName} from public`,
        `revoke select on all tables in schema ${schemaName} from public`,
      ],
      async () => [...(await found('rights')), ...(await found('pool'))],
    );
    expect(findings.join()).toContain('reading tasks (straight): was carried out');
    expect(findings.join()).toContain('statistics (pool): gave');
    expect(findings.join()).toContain('an unbound statement');
  });

  it('temporary tables allowed', async () => {
    const [{ name }] = (await admin.run<{ name: string }>('select quote_ident(current_database()) as name')) as [
      { name: string },
    ];
    const findings = await while_(
      [`grant temporary on database ${name} to public`],
      [`revoke temporary on database ${name} from public`],
      () => found('rights'),
    );
    expect(findings.join()).toContain('a temporary table (pool): was carried out');
  });

  it('a tenant’s role that is a member of another’s', async () => {
    const findings = await while_(
      [`grant ${b.tenant.roleName} to ${a.tenant.roleName}`],
      [`revoke ${b.tenant.roleName} from ${a.tenant.roleName}`],
      () => found('rights'),
    );
    expect(findings.join()).toContain('membership in other roles');
  });

  it('an event log that can be changed', async () => {
    const { schemaName, roleName } = a.tenant;
    const findings = await while_(
      [`grant update, delete on ${schemaName}.events to ${roleName}`],
      [`revoke update, delete on ${schemaName}.events from ${roleName}`],
      () => found('rights'),
    );
    expect(findings.join()).toContain('the log of changes, changed (pool): was carried out');
  });

  it('an Idempotency-Key for all tenants', async () => {
    const findings = (await found('retries', { servers: [sharedRetries(serverWith({}))] })).join();
    expect(findings).toContain('got another answer than one’s own');
  });

  it('one reading session in five bound to the other organization, by every query', async () => {
    const binding = new StrayBinding(pool, (tenant, access) => (access === 'read' ? other(tenant.schemaName) : {}), 5);
    expect((await found('queries', viaServer({ binding }))).join()).toMatch(/the answer shows/);
  });

  it.each(['filters', 'ids'])('reads that reach the other organization, by %s', async (group) => {
    const binding = new StrayBinding(pool, (tenant, access) => (access === 'read' ? other(tenant.schemaName) : {}), 1);
    expect((await found(group, viaServer({ binding }))).join()).toContain('tells what exists');
  });

  it('a subscription that reads the log and the rows of the other organization', async () => {
    const binding = new StrayBinding(pool, (tenant, access) => (access === 'read' ? other(tenant.schemaName) : {}), 1);
    const findings = (await found('subscriptions', viaServer({ binding }))).join();
    expect(findings).toContain('delivered a change of the other organization');
    expect(findings).toContain(`shows ${b.marker}`);
  });

  it('an import that reaches the other organization', async () => {
    const binding = new StrayBinding(pool, ({ schemaName }) => other(schemaName), 1);
    const findings = (await found('jobs', { binding })).join();
    expect(findings).toContain('import of tasks: made');
    expect(findings).toMatch(/the other organization’s rows: changed: [\w, ]*tasks/);
  });

  it('writes that reach the other organization', async () => {
    const binding = new StrayBinding(pool, (tenant, access) => (access === 'write' ? other(tenant.schemaName) : {}), 1);
    const findings = await found('retries', viaServer({ binding }));
    expect(findings.join()).toMatch(/the other organization’s rows: changed: [\w, ]*clients/);
  });

  // The last: it leaves little of either organization
  it('any mutation that reaches the other organization', async () => {
    const binding = new StrayBinding(pool, (tenant, access) => (access === 'write' ? other(tenant.schemaName) : {}), 3);
    const findings = await found('mutations', viaServer({ binding }));
    expect(findings.join()).toMatch(/the other organization’s rows: changed: /);
  });

  it('by every applicable kind of attack', () => {
    expect(allAttacks.map(({ name }) => name).filter((name) => !awake.has(name))).toEqual([]);
  });
});
