import { hostname } from 'node:os';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { ServerLife } from '../../src/fleet/servers/server-life.ts';
import { asNextRelease, later } from '../support/next-release.ts';
import { ownWorld } from '../support/own-world.ts';
import type { Company } from '../support/world.ts';

const world = await ownWorld();
const contraction = '20990102000000_contract_comment';
const after = '20990103000000_after';

/** An expansion, and a contraction with what comes after it: comments, so that this build goes on. */
const migrations = {
  [later]: `COMMENT ON TABLE "tasks" IS 'expanded'`,
  [contraction]: `COMMENT ON TABLE "tasks" IS 'contracted'`,
  [after]: `COMMENT ON TABLE "tasks" IS 'after'`,
};
const waiting = [`tasks/${contraction}`, `tasks/${after}`];

const asNext = <T>(work: (next: Fleet) => Promise<T>) => asNextRelease(world.app.fleet, migrations, work);

/** Companies are of this build; each test migrates its own. */
let company: Company;
const migrate = () => asNext((next) => migrateFleet(next, { only: company.tenant.slug }));
const fresh = async () => {
  company = await world.company();
};

beforeAll(fresh);

describe('a contraction', () => {
  it('waits, with what comes after it, for the end of a server whose build does not know it', async () => {
    await using life = await ServerLife.begin(world.app.fleet);
    const report = await migrate();
    expect(report.migrated.map((each) => each.migrations)).toEqual([[`tasks/${later}`]]);
    expect(report.held).toEqual({
      migrations: waiting,
      schemas: 1,
      servers: [expect.stringContaining(`on ${hostname()}, process ${process.pid}`)],
    });
    expect((await migrate()).current).toBe(1);
    await life[Symbol.asyncDispose]();
    const next = await migrate();
    expect(next.migrated.map((each) => each.migrations)).toEqual([waiting]);
    expect(next.held.schemas).toBe(0);
  });

  it('waits for no server that knows it, nor for one that died a minute ago', async () => {
    await fresh();
    await asNext(async (next) => {
      await using _life = await ServerLife.begin(next);
      await using dead = await ServerLife.begin(world.app.fleet);
      await world.app.catalog.write((tx) =>
        tx.execute(sql`update servers set seen_at = now() - interval '61 s' where id = ${dead.id}`),
      );
      const report = await migrateFleet(next, { only: company.tenant.slug });
      expect(report.migrated.map((each) => each.migrations)).toEqual([[`tasks/${later}`, ...waiting]]);
      expect(report.held).toEqual({ migrations: [], schemas: 0, servers: [] });
    });
  });

  it('waits for servers of builds that wrote no row into the catalog', async () => {
    await fresh();
    const connection = { application_name: 'chantier listener' };
    const old = postgres(world.app.installation.appUrl, { max: 1, connection, onnotice: () => {} });
    await old`select 1`;
    const { held } = await migrate();
    expect(held).toMatchObject({ migrations: waiting, servers: [expect.stringContaining('an older chantier')] });
    await old.end();
  });
});

describe('a server', () => {
  it('has its row in the catalog from its start to its end', async () => {
    const rows = () =>
      world.app.catalog.read(async (db) => [...(await db.execute(sql`select version, pid, seen_at from servers`))]);
    const life = await ServerLife.begin(world.app.fleet);
    const [first] = await rows();
    expect(first).toMatchObject({ version: expect.any(String), pid: process.pid });
    await life.task.run();
    const [renewed, ...others] = await rows();
    expect(others).toEqual([]);
    expect(Date.parse(String(renewed!.seen_at))).toBeGreaterThan(Date.parse(String(first!.seen_at)));
    await life[Symbol.asyncDispose]();
    expect(await rows()).toEqual([]);
  });
});
