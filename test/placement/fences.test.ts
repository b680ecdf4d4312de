import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { holdingLife } from '../../src/fleet/holding-life.ts';
import { cancelMove } from '../../src/fleet/move/end-move.ts';
import { moveTenant } from '../../src/fleet/move/move-tenant.ts';
import { liftStrayFences } from '../../src/fleet/move/stray-fences.ts';
import type { Catalog } from '../../src/tenancy/catalog.ts';
import { primaryDatabaseId } from '../../src/tenancy/installation.ts';
import { commandLine } from '../support/command-line.ts';
import { ownWorld } from '../support/own-world.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import type { Company, World } from '../support/world.ts';
import { by, furtherDatabase, move, placeOf } from './support.ts';

let second: SecondServer;
let world: World;
let primary: Sql;

beforeAll(async () => {
  second = await startSecondServer();
  world = await ownWorld({ env: second.env });
  primary = postgres(world.app.installation.adminUrl, { max: 1, onnotice: () => {} });
});

afterAll(async () => {
  await primary.end();
  await world[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
});

async function write(company: Company) {
  const { errors } = await (await company.as('OWNER')).graphql(
    'mutation { createClient(input: { name: "x" }) { client { id } } }',
  );
  return errors[0]?.extensions.code ?? 'written';
}

/** The fleet of a mover that is stopped once, right after the catalog says that writes are held. */
function stoppedBehindPause(fleet: Fleet, company: Company, meanwhile: () => Promise<unknown>): Fleet {
  const { catalog } = fleet;
  let stopped = false;
  const stopOnce = async () => {
    const open = await catalog.read((db) =>
      db.query.tenantMoves.findFirst({ where: { organizationId: company.tenant.id, phase: 'SWITCHING' } }),
    );
    if (!open || stopped) return;
    stopped = true;
    await meanwhile();
  };
  const watched: Pick<Catalog, 'read' | 'write' | 'bus'> = {
    bus: catalog.bus,
    read: (...args) => catalog.read(...args),
    write: async (...args) => {
      const result = await catalog.write(...args);
      await stopOnce();
      return result;
    },
  };
  return { ...fleet, catalog: watched as Catalog };
}

/** As a server does whose connections break: the lock of the mover's process is gone. */
const loseLifeLocks = () =>
  primary`
    select pg_terminate_backend(pid) from pg_locks
    where locktype = 'advisory' and pid <> pg_backend_pid()
      and database = (select oid from pg_database where datname = current_database())`;

describe.each(['PRIMARY', 'further'] as const)('a mover out of the %s database that was stopped', (from) => {
  it('is not set once its move was cancelled elsewhere', async () => {
    const company = await world.company();
    let target = (await furtherDatabase(world, second)).id;
    if (from === 'further') {
      await move(world, company, target);
      target = primaryDatabaseId;
    }
    const fleet = stoppedBehindPause(world.app.fleet, company, async () => {
      await loseLifeLocks();
      await cancelMove(world.app.fleet, company.tenant.id, by);
    });
    const before = await placeOf(world, company);
    await expect(moveTenant(fleet, company.tenant.id, target, { by, settle: false })).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(await placeOf(world, company)).toEqual(before);
    expect(await write(company)).toBe('written');
  });
});

describe('a fence that no move owns', () => {
  async function fence(company: Company): Promise<void> {
    const { schemaName, roleName } = await placeOf(world, company);
    await primary.unsafe(`revoke insert, update, delete on all tables in schema ${schemaName} from ${roleName}`);
  }

  it('is lifted by a background task, unless the organization is locked', async () => {
    const [company, other] = [await world.company('Fenced'), await world.company('Other')];
    await company.as('OWNER');
    await fence(company);
    expect(await write(company)).toBe('INTERNAL');
    await holdingLife(world.app.fleet, company.tenant.id, async () => {
      expect(await liftStrayFences(world.app.fleet)).toEqual({ lifted: [], failed: [] });
    });
    expect(await liftStrayFences(world.app.fleet)).toEqual({ lifted: [company.tenant.slug], failed: [] });
    expect([await write(company), await write(other)]).toEqual(['written', 'written']);
    const { schemaName, roleName } = await placeOf(world, company);
    const [rights] = await primary`
      select has_table_privilege(${roleName}, ${`${schemaName}.events`}, 'update') as rewritten`;
    expect(rights).toEqual({ rewritten: false });
  });

  it('is found by the doctor, and lifted with --repair', async () => {
    const company = await world.company('Ill');
    await fence(company);
    const chantier = commandLine(world.app);
    const found = await chantier(['doctor']);
    expect(found.stdout).toMatch(
      new RegExp(`fences: primary: ${company.tenant.slug} cannot write although it is not being moved`),
    );
    const mended = await chantier(['doctor', '--repair']);
    expect(mended.stdout).toContain(`repaired: ${company.tenant.slug} can write again`);
    expect(mended.stdout).not.toContain('cannot write');
    expect(await write(company)).toBe('written');
  });
});
