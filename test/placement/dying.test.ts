import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { cancelMove } from '../../src/fleet/move/end-move.ts';
import { moveTenant } from '../../src/fleet/move/move-tenant.ts';
import { settleMoves } from '../../src/fleet/move/settle-move.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { primaryDatabaseId } from '../../src/tenancy/installation.ts';
import { createClient } from '../projects/support.ts';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import { testSecret } from '../support/test-secret.ts';
import type { Company, Member, World } from '../support/world.ts';
import { by, furtherDatabase, move, placeOf } from './support.ts';

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

const openApp = (onStatement: (text: string) => void): Promise<App> =>
  App.open({
    config: loadConfig({
      NODE_ENV: 'test',
      DATABASE_URL: world.app.installation.adminUrl,
      SECRET: testSecret,
      ...second.env,
    }),
    logger: createLogger({ level: 'silent' }),
    onStatement,
  });

/**
 * Moves an organization in a process of its own, as far as connections go, that dies when it is about to send the nth
 * statement that is like this: from then on it sends nothing, and its connections end. Gives whether it died.
 */
async function moveAndDie(company: Company, databaseId: string, like: RegExp, nth = 1): Promise<boolean> {
  let [left, dead] = [nth, false];
  await using app = await openApp((text) => {
    if (like.test(text)) left--;
    dead ||= left <= 0;
    if (dead) throw new Error('the process died');
  });
  const { fleet } = app;
  await moveTenant(fleet, company.tenant.id, databaseId, { by, settle: false }).catch((error: unknown) => {
    if (!dead) throw error;
  });
  return dead;
}

const namesOf = async (member: Member): Promise<string[]> =>
  (await member.ok('{ clients(first: 100) { nodes { name } } }')).clients.nodes.map(
    ({ name }: { name: string }) => name,
  );

const schemasOf = async (company: Company) => {
  const rows = await world.app.catalog.read((db) =>
    db.query.tenantSchemas.findMany({ where: { organizationId: company.tenant.id } }),
  );
  return rows.filter(({ state }) => state !== 'DROPPING').map(({ state, databaseId }) => ({ state, databaseId }));
};

const moments: [string, RegExp, number][] = [
  ['before the new place has tables', /^create schema/i, 1],
  ['while rows are copied', /^copy .* from stdin/i, 1],
  ['when writes are to be held', /"writes_paused_until"/, 1],
  ['behind the fence, before it was saved', /^revoke insert, update, delete on table/i, 1],
  ['behind the fence', /as applied from chantier\.tenant_migrations/, 1],
  ['when references are put back', /not valid$/i, 20],
  ['in the switch', /insert into "audit_logs"/, 2],
];

describe('a move whose process dies', () => {
  it.each(moments)('%s leaves the organization in its place, and can be resumed', async (_when, like, nth) => {
    const company = await world.company();
    const owner = await company.as('OWNER');
    await createClient(owner, { name: 'before' });
    const { id } = await furtherDatabase(world, second);
    expect(await moveAndDie(company, id, like, nth)).toBe(true);
    expect((await placeOf(world, company)).databaseId).toBe(primaryDatabaseId);
    expect(await settleMoves(world.app.fleet)).toEqual([]);
    await createClient(owner, { name: 'meanwhile' });
    expect(await namesOf(owner)).toEqual(['before', 'meanwhile']);
    expect(await move(world, company, id)).toMatchObject({ phase: 'SWITCHED' });
    await createClient(owner, { name: 'after' });
    expect(await namesOf(owner)).toEqual(['before', 'meanwhile', 'after']);
    expect(await schemasOf(company)).toEqual([
      { state: 'RETAINED', databaseId: primaryDatabaseId },
      { state: 'ACTIVE', databaseId: id },
    ]);
  });

  it('after the switch leaves it at its new place', async () => {
    const company = await world.company();
    const owner = await company.as('OWNER');
    const { id } = await furtherDatabase(world, second);
    await move(world, company, id);
    expect(await settleMoves(world.app.fleet)).toEqual([]);
    expect(await move(world, company, id)).toMatchObject({ phase: 'SWITCHED', progress: { settled: true } });
    await createClient(owner, { name: 'here' });
    expect(await namesOf(owner)).toEqual(['here']);
  });

  it('can be cancelled, and leaves nothing', async () => {
    const company = await world.company();
    const owner = await company.as('OWNER');
    const { id } = await furtherDatabase(world, second);
    await moveAndDie(company, id, /not valid$/i, 1);
    // Behind the fence nobody writes, and who tries is told so
    const { errors } = await owner.graphql('mutation { createClient(input: { name: "no" }) { client { id } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE', retryAfter: 1 } }]);
    expect(await cancelMove(world.app.fleet, company.tenant.id, by)).toMatchObject({ phase: 'CANCELLED' });
    await createClient(owner, { name: 'yes' });
    expect(await namesOf(owner)).toEqual(['yes']);
    expect(await schemasOf(company)).toEqual([{ state: 'ACTIVE', databaseId: primaryDatabaseId }]);
  });
});

it('a failed move shows administrators no message of the driver', async () => {
  const company = await world.company();
  const { id } = await furtherDatabase(world, second);
  let failed = false;
  await using app = await openApp((text) => {
    if (failed || !/^revoke insert, update, delete on table/i.test(text)) return;
    failed = true;
    throw new Error('connect ECONNREFUSED 10.1.2.3:5432');
  });
  await expect(moveTenant(app.fleet, company.tenant.id, id, { by, settle: false })).rejects.toThrow('ECONNREFUSED');
  const told = await world.app.catalog.read((db) =>
    db.query.tenantMoves.findFirst({ where: { organizationId: company.tenant.id } }),
  );
  expect(told?.lastError).toBe('An unexpected error');
});
