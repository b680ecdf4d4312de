import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteOrganization } from '../../src/fleet/deletion/delete-organization.ts';
import { undeleteOrganization } from '../../src/fleet/deletion/undelete-organization.ts';
import { holdingLife } from '../../src/fleet/holding-life.ts';
import { lifecycleOf } from '../../src/fleet/lifecycle.ts';
import { moveTenant } from '../../src/fleet/move/move-tenant.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { primaryDatabaseId } from '../../src/tenancy/installation.ts';
import { createClient } from '../projects/support.ts';
import { asNextRelease, later } from '../support/next-release.ts';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import type { Company, World } from '../support/world.ts';
import { by, furtherDatabase, placeOf } from './support.ts';

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

/** An organization with a move that its process left unfinished while rows were copied. */
async function halfMoved(name = 'Half'): Promise<{ company: Company; databaseId: string }> {
  const company = await world.company(name);
  await createClient(await company.as('OWNER'), { name: 'before' });
  const { id } = await furtherDatabase(world, second);
  const stop = new AbortController();
  const moving = moveTenant(world.app.fleet, company.tenant.id, id, {
    by,
    signal: stop.signal,
    onProgress: () => stop.abort(),
  });
  await expect(moving).rejects.toMatchObject({ code: 'CANCELLED' });
  return { company, databaseId: id };
}

const movesOf = async (company: Company) => {
  const rows = await world.app.catalog.read((db) =>
    db.query.tenantMoves.findMany({ where: { organizationId: company.tenant.id }, orderBy: { createdAt: 'asc' } }),
  );
  return rows.map(({ phase }) => phase);
};

const column = 'ALTER TABLE "tasks" ADD COLUMN "later" text;';

describe('an unfinished move', () => {
  it('keeps its organization neither from being migrated nor from being moved afterwards', async () => {
    const { company, databaseId } = await halfMoved();
    const [report, moved] = await asNextRelease(world.app.fleet, column, async (fleet) => [
      await migrateFleet(fleet, { only: company.tenant.slug }),
      await moveTenant(fleet, company.tenant.id, databaseId, { by, settle: false }),
    ]);
    expect(report).toMatchObject({ migrated: [{ migrations: [`tasks/${later}`] }], failed: [], left: 0 });
    expect(moved).toMatchObject({ phase: 'SWITCHED' });
    const owner = await company.as('OWNER');
    expect((await owner.ok('{ clients(first: 5) { nodes { name } } }')).clients.nodes).toEqual([{ name: 'before' }]);
  });

  it('delays no other organization’s migration while it is being resumed', async () => {
    const { company } = await halfMoved();
    const other = await world.company('Other');
    const report = await holdingLife(world.app.fleet, company.tenant.id, () =>
      asNextRelease(world.app.fleet, column, (fleet) => migrateFleet(fleet, { moveWaitMs: 0 })),
    );
    expect(report.failed).toMatchObject([{ slug: company.tenant.slug, error: { code: 'TRANSACTION_CONFLICT' } }]);
    expect(report.migrated.map(({ slug }) => slug)).toContain(other.tenant.slug);
  });

  it('is cancelled by a move to another database', async () => {
    const { company } = await halfMoved();
    const { id } = await furtherDatabase(world, second);
    await moveTenant(world.app.fleet, company.tenant.id, id, { by, settle: false });
    expect(await movesOf(company)).toEqual(['CANCELLED', 'SWITCHED']);
    expect((await placeOf(world, company)).databaseId).toBe(id);
  });

  it('is cancelled when the organization is deleted, which can be undone', async () => {
    const { company } = await halfMoved();
    expect(await deleteOrganization(world.app.fleet, company.tenant.id, { by })).toMatchObject({ status: 'DELETING' });
    expect(await movesOf(company)).toEqual(['CANCELLED']);
    await undeleteOrganization(world.app.fleet, company.tenant.id, by);
    await createClient(await company.as('OWNER'), { name: 'after' });
  });
});

describe('a member’s move that fails', () => {
  it('leaves nothing behind that could block the organization', async () => {
    const company = await world.company('Member');
    const owner = await company.as('OWNER');
    const { url } = await second.createDatabase();
    const primary = postgres(world.app.installation.adminUrl, { max: 1, onnotice: () => {} });
    const { schemaName } = await placeOf(world, company);
    const stubborn = await primary.reserve();
    await stubborn`begin`;
    await stubborn`update ${primary(schemaName)}.profiles set updated_at = now()`;
    const { moveToDatabase } = lifecycleOf(world.app.fleet, systemClock);
    await expect(moveToDatabase(company.tenant.id, url, by)).rejects.toMatchObject({ code: 'TRANSACTION_CONFLICT' });
    await stubborn`rollback`;
    stubborn.release();
    await primary.end();
    expect(await movesOf(company)).toEqual(['CANCELLED']);
    expect(await placeOf(world, company)).toMatchObject({ databaseId: primaryDatabaseId, writesPausedUntil: null });
    const databases = await world.app.catalog.read((db) => db.query.databases.findMany());
    expect(databases.filter(({ lastError }) => lastError !== null)).toEqual([]);
    expect(databases.at(-1)).toMatchObject({ kind: 'DEDICATED', state: 'RETIRED' });
    await createClient(owner, { name: 'goes on' });
    await moveToDatabase(company.tenant.id, url, by);
    expect((await placeOf(world, company)).databaseId).not.toBe(primaryDatabaseId);
  });
});
