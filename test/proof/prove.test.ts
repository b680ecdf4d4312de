import { afterAll, describe, expect, it } from 'vitest';
import { Admin } from '../../src/db/admin.ts';
import { advisoryLocks, takeLock } from '../../src/db/advisory-lock.ts';
import { provisionTenant } from '../../src/fleet/schemas/provision.ts';
import { addMember } from '../../src/identity/add-member.ts';
import { createUser } from '../../src/identity/create-user.ts';
import { openProofTarget } from '../../src/proof-target.ts';
import { allAttacks } from '../../src/prove/attacks.ts';
import { prove } from '../../src/prove/prove.ts';
import { removeLeftovers } from '../../src/prove/remove-scratch.ts';
import type { ProofReport } from '../../src/prove/report.ts';
import { mailDomain, slugFor, slugPrefix } from '../../src/prove/scratch-names.ts';
import { Backends } from '../support/backends.ts';
import { commandLine } from '../support/command-line.ts';
import { ownWorld } from '../support/own-world.ts';

const here = await ownWorld();
const backends = new Backends(here.app.installation.adminUrl);
afterAll(async () => {
  await backends[Symbol.asyncDispose]();
  await here[Symbol.asyncDispose]();
});
const bystander = await here.company('Bystander');
await bystander.as('OWNER');

const newCompany = { timeZone: 'Europe/Paris', locale: 'en', currency: 'EUR' };

/** What there is in the database of schemas, roles, organizations and users. */
const inventory = () =>
  backends.query<{ kind: string; name: string }>(`
    select 'schema' as kind, nspname::text as name from pg_namespace where nspname !~ '^pg_'
    union all select 'role', rolname from pg_roles where rolname like '${here.app.installation.prefix}%'
    union all select 'organization', slug from catalog.organizations
    union all select 'schema row', schema_name from catalog.tenant_schemas
    union all select 'user', email from catalog.users
    union all select 'ledger', schema_name from chantier.tenant_migrations
    order by 1, 2`);

describe('tenant prove', () => {
  const run = commandLine(here.app);
  // The installation outlives the command
  const openForProof = () => openProofTarget(here.app, { closes: false });

  it('finds no leak in this build, covers everything, and leaves nothing', async () => {
    const before = await inventory();
    const { code, stdout, stderr } = await run(['tenant', 'prove', '--json'], { openForProof });
    const report = JSON.parse(stdout) as ProofReport;
    expect(report.groups.flatMap(({ findings }) => findings)).toEqual([]);
    expect([code, stderr]).toEqual([0, '']);
    expect(report.groups.map(({ group }) => group)).toEqual(allAttacks.map(({ name }) => name));
    expect(report.groups.filter(({ attempts }) => attempts < 2)).toEqual([]);
    expect(report.coverage.markedColumns).toBeGreaterThan(50);
    // Written by the attacks themselves
    const later = ['idempotency_keys', 'import_runs', 'milestone_dependencies'];
    const neverAttacked = report.coverage.emptyTables.filter((table) => !later.includes(table));
    expect(neverAttacked, 'The proof has rows of every table: see src/prove/seed-scratch.ts').toEqual([]);
    expect(await inventory()).toEqual(before);
  });

  it('removes its data when it is interrupted, and the remains of a killed run', async () => {
    const before = await inventory();
    const killed = '0a1b2c3d';
    await provisionTenant(here.app.fleet, { name: 'Left', slug: slugFor(killed, 'a'), ...newCompany });
    await createUser(here.app.identity, { email: `left@${mailDomain(killed)}`, firstName: 'Left', lastName: 'Over' });
    const interrupt = new AbortController();
    const onProgress = () => interrupt.abort();
    const target = await openForProof();
    await expect(prove(target, { signal: interrupt.signal, onProgress })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await inventory()).toEqual(before);
  });

  it('spares a running proof, and an organization with other members', async () => {
    const running = '0a1b2c3e';
    const joined = '0a1b2c3f';
    for (const run of [running, joined]) {
      await provisionTenant(here.app.fleet, { name: 'Kept', slug: slugFor(run, 'a'), ...newCompany });
    }
    const tenant = await here.app.directory.getBySlug(slugFor(joined, 'a'));
    const { id: userId, ...person } = await here.user();
    await addMember(here.app.identity, { person: { userId, ...person }, tenant, role: 'OWNER' }, {});
    await using holder = new Admin({ url: here.app.installation.adminUrl });
    await using admin = new Admin({ url: here.app.installation.adminUrl });
    await holder.transaction(async (tx) => {
      await takeLock(tx, advisoryLocks.proof(running));
      await removeLeftovers(here.app, admin);
    });
    const kept = (await inventory()).filter(
      ({ kind, name }) => kind === 'organization' && name.startsWith(slugPrefix()),
    );
    expect(kept.map(({ name }) => name)).toEqual([slugFor(running, 'a'), slugFor(joined, 'a')]);
    await removeLeftovers(here.app, admin);
    expect(await here.app.directory.findBySlug(slugFor(running, 'a'))).toBeUndefined();
  });

  it('rejects an unknown attack', async () => {
    const { code, stderr } = await run(['tenant', 'prove', '--only', 'magic'], { openForProof });
    expect([code, stderr]).toEqual([2, expect.stringContaining('There is no attack magic')]);
  });
});
