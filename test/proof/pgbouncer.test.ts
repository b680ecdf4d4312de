import { afterAll, describe, expect, it } from 'vitest';
import { App } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { probePooling } from '../../src/db/probe-pooler.ts';
import { migrateFleet } from '../../src/fleet/schemas/migrate.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { openProofTarget } from '../../src/proof-target.ts';
import { prove } from '../../src/prove/prove.ts';
import { Backends } from '../support/backends.ts';
import { adminUrl, createDatabase } from '../support/database.ts';
import { pgbouncerBinary, startPgbouncer } from '../support/pgbouncer.ts';
import { testSecret } from '../support/test-secret.ts';
import { pooledEnvironment } from '../support/through-pgbouncer.ts';
import { World } from '../support/world.ts';

describe('without a pooler', () => {
  it('a URL is found to be direct', async () => {
    expect(await probePooling(adminUrl())).toBe('none');
  });
});

// Only where a pgbouncer is installed: this suite installs none
if (pgbouncerBinary) {
  describe('behind pgbouncer in transaction mode', async () => {
    // As many as POOL_SIZE and the catalog's: a request may hold a connection to its tenant while it reads the catalog
    const pooler = await startPgbouncer(adminUrl(), { default_pool_size: '16' });
    const database = await createDatabase();
    const pooled = await pooledEnvironment(database.url, pooler.through);
    const here = await World.open({ databaseUrl: database.url, env: pooled });
    await migrateFleet(here.app.fleet);
    const backends = new Backends(database.url);
    afterAll(async () => {
      await backends[Symbol.asyncDispose]();
      await here[Symbol.asyncDispose]();
      await database.drop();
      await pooler[Symbol.asyncDispose]();
    });

    const start = (env: Record<string, string>) =>
      App.open({
        config: loadConfig({ NODE_ENV: 'test', SECRET: testSecret, ...pooled, ...env }),
        logger: createLogger({ level: 'fatal' }),
      });

    it('is found out, and told from one in session mode', async () => {
      expect(await probePooling(pooled.DATABASE_URL!)).toBe('transaction');
      await using session = await startPgbouncer(adminUrl(), { pool_mode: 'session' });
      expect(await probePooling(session.through(database.url))).toBe('session');
      await using single = await startPgbouncer(adminUrl(), { default_pool_size: '1' });
      expect(await probePooling(single.through(database.url))).toBe('transaction');
    });

    it.each([
      [
        { PREPARE: 'true' },
        'DATABASE_URL leads through a pooler that gives every transaction another connection: set PREPARE=false',
      ],
      [{ LISTEN_DATABASE_URL: '' }, 'DATABASE_URL leads through a pooler that forgets LISTEN: set LISTEN_DATABASE_URL'],
      [
        { LISTEN_DATABASE_URL: pooled.DATABASE_URL! },
        'LISTEN_DATABASE_URL leads through a pooler that forgets LISTEN: it must be a direct address',
      ],
    ])('refuses to start with %o', async (env, message) => {
      await expect(start(env)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(message),
      });
    });

    it('receives notifications past the pooler', async () => {
      await expect.poll(() => here.app.listener.up).toBe(true);
      const heard = Promise.withResolvers<void>();
      here.app.catalog.bus.on('organization.changed', () => heard.resolve());
      await using other = await start({});
      await other.catalog.write((tx) =>
        tx.execute(`select pg_notify('chantier', '{"topic":"organization.changed","organizationId":"x"}')`),
      );
      await heard.promise;
    });

    it('keeps organizations apart: the proof finds nothing', async () => {
      const target = await openProofTarget(here.app, { closes: false });
      const only = ['caches', 'rights', 'pool'];
      const report = await prove(target, { only });
      expect(report.groups.flatMap(({ findings }) => findings)).toEqual([]);
      await target[Symbol.asyncDispose]();
    });

    it('shows each request in the same form, whatever connection of the server it gets', async () => {
      const acme = await here.company();
      const owner = await acme.as('OWNER');
      const settings = `select current_setting('TimeZone') || ' ' || current_setting('DateStyle') || ' ' || current_setting('application_name') as all`;
      const seen = await Promise.all(
        Array.from({ length: 12 }, () =>
          here.app.binding.read(acme.tenant, (db) => db.execute<{ all: string }>(settings)),
        ),
      );
      expect(new Set(seen.map(([row]) => row!.all))).toEqual(new Set(['UTC ISO, MDY chantier']));
      await backends.kill();
      await expect.poll(async () => (await owner.graphql('{ profiles { totalCount } }')).errors).toEqual([]);
    });
  });
}
