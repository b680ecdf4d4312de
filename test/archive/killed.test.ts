import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { createClient } from '../projects/support.ts';
import { commandLine } from '../support/command-line.ts';
import { createDatabase } from '../support/database.ts';
import { root } from '../support/sources.ts';
import { testSecret } from '../support/test-secret.ts';
import { World } from '../support/world.ts';
import { archiveOf, scratchFolder } from './support.ts';

/** ARCHIVE_KILLS says how often; one is enough to see that a killed process is no other than a dying one. */
const kills = Number(process.env.ARCHIVE_KILLS ?? 1);

test(
  'a restore whose process is killed leaves the organization entirely old or entirely new',
  async () => {
    const folder = await scratchFolder();
    await using database = await createDatabase();
    await using server = await World.open({ databaseUrl: database.url });
    await migrateFleet(server.app.fleet);
    const company = await server.company('Killed');
    const owner = await company.as('OWNER');
    await createClient(owner, { name: 'Kept' });
    const { file } = await archiveOf(server, company.tenant, folder);
    const names = async () =>
      (await owner.ok('{ clients(first: 9) { nodes { name } } }')).clients.nodes.map(
        (each: { name: string }) => each.name,
      );
    const args = ['tenant', 'restore', file, '--over', company.tenant.slug, '--yes', '--safety-to', folder];
    const env = { ...process.env, NODE_ENV: 'test', DATABASE_URL: database.url, SECRET: testSecret };
    const ended: (string | number)[] = [];
    const found: Record<string, number> = {};
    for (let n = 0; n < kills; n++) {
      await createClient(owner, { name: 'Lost' });
      const child = spawn(process.execPath, [path.join(root, 'src/main.ts'), ...args], { env, stdio: 'ignore' });
      const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
      // Evenly over what it does: once so many migrations of the copy are applied, all of them, or the copy is served
      const step = Math.ceil(((n + 1) * steps) / (kills + 1));
      const arrived = expect
        .poll(() => progress(server), { timeout: 120_000, interval: 10 })
        .toBeGreaterThanOrEqual(step);
      const [early] = await Promise.race([arrived.then(() => [0]), exit]);
      expect(early).toBe(0);
      child.kill('SIGKILL');
      const [code, signal] = await exit;
      ended.push(signal ?? code!);
      const left = (await names()).sort();
      expect([['Kept'], ['Kept', 'Lost']]).toContainEqual(left);
      const state = left.length === 1 ? 'new' : 'old';
      found[state] = (found[state] ?? 0) + 1;
      const again = await commandLine(server.app)(args);
      expect([again.code, again.stderr]).toEqual([0, expect.any(String)]);
      expect(await names()).toEqual(['Kept']);
      await server.app.catalog.write((tx) =>
        tx.execute(sql`update tenant_schemas set state = 'DROPPING' where state in ('INCOMING', 'RETAINED')`),
      );
    }
    console.info(`killed ${ended.filter((how) => how === 'SIGKILL').length} of ${kills} restores, then found`, found);
    expect(ended).toContain('SIGKILL');
  },
  60_000 * (kills + 1),
);

const steps = 12;

/**
 * How far a restore has come: 1 when its copy is reserved, one more for each migration, and at last when it is served.
 */
async function progress({ app }: World): Promise<number> {
  const [row] = await app.catalog.read((db) =>
    db.execute<{
      n: number;
    }>(sql`select case when exists (select from tenant_schemas where state = 'RETAINED') then ${steps}::int
      else (select count(distinct s.schema_name) + count(m.name) from tenant_schemas s
        left join chantier.tenant_migrations m on m.schema_name = s.schema_name where s.state = 'INCOMING')::int end as n`),
  );
  return row!.n;
}
