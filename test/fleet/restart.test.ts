import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backupAll } from '../../src/fleet/archive/backup-all.ts';
import { deleteOrganization } from '../../src/fleet/deletion/delete-organization.ts';
import { dropDue } from '../../src/fleet/deletion/drop-due.ts';
import { runDoctor } from '../../src/fleet/doctor/run-doctor.ts';
import type { Fleet } from '../../src/fleet/fleet.ts';
import { maintainTenants } from '../../src/fleet/maintain/maintain-tenants.ts';
import { measureTenants } from '../../src/fleet/metrics/measure-tenants.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { isReady, keepSpares, listSpares } from '../../src/fleet/schemas/spares.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { FolderStorage } from '../../src/storage/folder-storage.ts';
import { scratchFolder } from '../archive/support.ts';
import { by } from '../placement/support.ts';
import { commandLine } from '../support/command-line.ts';
import { asNextRelease } from '../support/next-release.ts';
import { startProgram } from '../support/program.ts';
import { type SecondServer, startSecondServer } from '../support/second-server.ts';
import { World } from '../support/world.ts';

/** The primary database of this installation is on a server of its own, which restarts during the runs. */
let server: SecondServer;
let world: World;
let url: string;
const tenants = 6;

beforeAll(async () => {
  server = await startSecondServer();
  ({ url } = await server.createDatabase());
  world = await World.open({ databaseUrl: url });
  await migrateFleet(world.app.fleet);
  for (let n = 0; n < tenants; n++) await world.company(`Nr ${n}`);
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** Restarts the server once, as a crash does, at the first call; `done` waits for it. */
function restartOnce() {
  let restarted: Promise<void> | undefined;
  const restart = async () => {
    await server.stop('immediate');
    await server.start();
  };
  return {
    now: () => {
      restarted ??= restart();
    },
    done: () => restarted,
  };
}

describe('a restart of the primary database', () => {
  it('makes a full backup skip no organization, and the run is reported', async () => {
    const restart = restartOnce();
    const folder = await scratchFolder();
    const { code, stdout } = await commandLine(world.app)(
      ['tenant', 'backup', '--all', '--to', folder, '--parallel', '2', '--json'],
      { isTTY: true, onStderr: restart.now },
    );
    await restart.done();
    const report = JSON.parse(stdout);
    expect([code, report.failed, report.interrupted]).toEqual([0, [], false]);
    expect(report.run).toMatch(/^\d{8}T\d{9}Z$/);
    expect(new Set(report.done.map(({ slug }: { slug: string }) => slug)).size).toBe(tenants);
  });

  it('makes maintenance and measuring skip no organization', async () => {
    for (const run of [maintain, measure]) {
      const restart = restartOnce();
      restart.now();
      const { names, away } = await run();
      await restart.done();
      expect([new Set(names).size, names.length, away]).toEqual([tenants, tenants, []]);
    }
  });

  it('is reported with the run if it does not end', async () => {
    const storage = new FolderStorage(await scratchFolder());
    let stopped: Promise<void> | undefined;
    const report = await backupAll(world.app.fleet, {
      storage,
      parallel: 1,
      outageMs: 1_000,
      onProgress: () => {
        stopped ??= server.stop('immediate');
      },
    });
    await stopped;
    await server.start();
    expect(report).toMatchObject({ interrupted: true, stoppedBy: { code: 'UNAVAILABLE' }, failed: [] });
    expect(report.done.length).toBeGreaterThan(0);
    const rest = await backupAll(world.app.fleet, { storage, run: report.run });
    expect(rest).toMatchObject({ failed: [], interrupted: false });
    expect(rest.done.length + rest.earlier.length).toBe(tenants);
  });

  it('makes a migration skip no organization', async () => {
    const restart = restartOnce();
    const report = await asNextRelease(world.app.fleet, 'ALTER TABLE "tasks" ADD COLUMN "later" text;', (fleet) =>
      migrateFleet(fleet, { parallel: 1, onProgress: restart.now }),
    );
    await restart.done();
    expect(report).toMatchObject({ failed: [], away: [], left: 0 });
    expect(report.migrated).toHaveLength(tenants);
  });
});

describe('a restart of the primary database, at any statement', () => {
  it('makes the doctor report what it reports otherwise', async () => {
    let statements = 0;
    const usual = await diagnose({ ...world.app.fleet, onStatement: () => void statements++ });
    for (const at of [1, Math.floor(statements / 2)]) {
      const restart = restartOnce();
      let sent = 0;
      const found = await diagnose({ ...world.app.fleet, onStatement: () => void (++sent === at && restart.now()) });
      await restart.done();
      expect(found).toEqual(usual);
      expect(sent).toBeGreaterThan(at);
    }
  });

  it('makes dropping and building spares complete', async () => {
    const { fleet } = world.app;
    const doomed = [await world.company('Doomed 1'), await world.company('Doomed 2'), await world.company('Doomed 3')];
    for (const { tenant } of doomed) await deleteOrganization(fleet, tenant.id, { by, graceMs: 0 });
    const first = restartOnce();
    const dropped = await dropDue(fleet, { onProgress: first.now });
    await first.done();
    expect(dropped.organizations.toSorted()).toEqual(doomed.map(({ tenant }) => tenant.slug).toSorted());
    expect(dropped).not.toHaveProperty('stoppedBy');
    expect(dropped.failed).toEqual([]);
    const second = restartOnce();
    expect(await keepSpares(fleet, { keep: 3, onProgress: second.now })).toEqual({ made: 3, busy: false });
    await second.done();
    expect((await listSpares(world.app.catalog)).filter(isReady)).toHaveLength(3);
  });

  it('makes a command that begins meanwhile say so and wait', async () => {
    await server.stop();
    const env = { DATABASE_URL: url, LOG_LEVEL: 'fatal', NODE_ENV: 'test' };
    const running = [
      ['doctor', '--json'],
      ['tenant', 'purge', '--yes', '--json'],
    ].map((args) => {
      const child = startProgram(args, env);
      const ended = Promise.all([text(child.stdout!), once(child, 'close')]);
      return { waits: once(child.stderr!, 'data'), ended };
    });
    for (const { waits } of running)
      expect(String(await waits)).toMatch(/does not accept connections: .*; waiting for/);
    await server.start();
    const [[findings], [dropped, [code]]] = (await Promise.all(running.map(({ ended }) => ended))) as [
      [string, unknown[]],
      [string, unknown[]],
    ];
    expect(findings).toContain('"findings"');
    expect(findings).not.toContain('could not be checked');
    expect([code, JSON.parse(dropped)]).toEqual([0, { organizations: [], schemas: [], failed: [] }]);
  });
});

async function diagnose(fleet: Fleet) {
  const pools = { tenants: 4, catalog: 2, slotBytes: 50_000_000 };
  const { findings, drift, compared } = await runDoctor(fleet, { pools, spares: 0, clock: systemClock });
  return { findings, drift, compared };
}

async function maintain() {
  const { maintained, away } = await maintainTenants(world.app.fleet, { clock: systemClock });
  return { names: maintained.map(({ schemaName }) => schemaName), away };
}

async function measure() {
  const { tenants: measured, away } = await measureTenants(world.app.fleet);
  return { names: measured.map(({ schemaName }) => schemaName), away };
}
