import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { archiveOf, scratchFolder, textsOf } from '../archive/support.ts';
import { createClient } from '../projects/support.ts';
import { commandLine } from '../support/command-line.ts';
import { type ArchivingServer, startArchivingServer } from '../support/restored-cluster.ts';
import { root } from '../support/sources.ts';
import { type Company, World } from '../support/world.ts';

/** RECOVER_TENANTS says how many organizations there are; a few show that the others are not touched. */
const tenants = Number(process.env.RECOVER_TENANTS ?? 3);

const folder = await scratchFolder();
let server: ArchivingServer;
let world: World;

beforeAll(async () => {
  server = await startArchivingServer();
  world = await World.open({ databaseUrl: server.url });
  await migrateFleet(world.app.fleet);
});

afterAll(async () => {
  delete process.env.RESTORED_URL;
  await world[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** The settings of the procedure in docs/operations.md, with the folder and the moment of this test. */
async function procedure(at: string): Promise<(wal: string) => string> {
  const page = await readFile(path.join(root, 'docs/operations.md'), 'utf8');
  const section = page.split('### Recover one organization to a moment')[1]!.split('\n### ')[0]!;
  const lines = /```ini\n(.*?)```/s.exec(section)![1]!;
  return (wal) =>
    lines
      .replace('/wal/', `${wal}/`)
      .replace(
        /recovery_target_time = '[^']*'/,
        `recovery_target_time = '${at.replace('T', ' ').replace('Z', '+00')}'`,
      );
}

const now = async (): Promise<string> => {
  const [row] = await world.app.catalog.read((db) =>
    db.execute<{ at: string }>(
      sql`select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`,
    ),
  );
  return row!.at;
};

const stateOf = async (company: Company): Promise<Map<string, string>> => {
  const tenant = await world.app.directory.getBySlug(company.tenant.slug);
  return await textsOf(await archiveOf(world, tenant, folder));
};

async function statesOf(companies: readonly Company[]): Promise<Map<string, string>[]> {
  const states: Map<string, string>[] = [];
  for (const company of companies) states.push(await stateOf(company));
  return states;
}

const withoutEvents = (state: Map<string, string>) => [...state].filter(([file]) => !file.startsWith('data/events/'));

it('one organization is recovered to a moment between two writes; the others are not touched', {
  timeout: 1_200_000,
}, async () => {
  const companies: Company[] = [];
  for (let n = 0; n < tenants; n++) companies.push(await world.company(`Nr ${n}`));
  const [mistaken, ...others] = companies as [Company, ...Company[]];
  const owner = await mistaken.as('OWNER');
  await server.makeBaseBackup();
  await createClient(owner, { name: 'Before' });
  const expected = await stateOf(mistaken);
  // PostgreSQL stops before the first commit after the moment
  await expect.poll(now).not.toBe(await now());
  const at = await now();
  await expect.poll(now).not.toBe(at);
  await createClient(owner, { name: 'After' });
  for (const other of others) await createClient(await other.as('OWNER'), { name: 'Later' });
  const before = await statesOf(others);
  const from = performance.now();
  await using restored = await server.restoredTo(await procedure(at));
  process.env.RESTORED_URL = restored.url;
  const chantier = commandLine(world.app);
  const args = ['tenant', 'recover', mistaken.tenant.slug, '--from-cluster-env', 'RESTORED_URL', '--safety-to', folder];
  const early = new Date(new Date(at).getTime() - 60_000).toISOString();
  const refused = await chantier([...args, '--at', early, '--yes']);
  expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining(`was restored to ${at}`)]);
  const { code, stderr } = await chantier([...args, '--at', at, '--yes']);
  expect(code, stderr).toBe(0);
  console.info(`recovered 1 of ${tenants} organizations in ${Math.round(performance.now() - from)} ms`);
  expect(withoutEvents(await stateOf(mistaken))).toEqual(withoutEvents(expected));
  const { clients } = await owner.ok('{ clients(first: 9) { nodes { name } } }');
  expect(clients.nodes).toEqual([{ name: 'Before' }]);
  expect(await statesOf(others)).toEqual(before);
  const as = await chantier([...args, '--at', at, '--as', 'as-it-was']);
  expect(as.code, as.stderr).toBe(0);
});

it('a cluster of another installation is refused', async () => {
  const [company] = [await world.company('Other')];
  process.env.RESTORED_URL = world.app.installation.adminUrl.replace(/\/chantier$/, '/postgres');
  const { code, stderr } = await commandLine(world.app)([
    ...['tenant', 'recover', company.tenant.slug, '--at', '2026-11-30T09:41:07Z'],
    ...['--from-cluster-env', 'RESTORED_URL', '--yes'],
  ]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('not a copy of a database of this installation')]);
});
