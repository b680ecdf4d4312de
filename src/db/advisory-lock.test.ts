import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { describe, expect, it } from 'vitest';
import type { AdminTx } from './admin.ts';
import {
  type AdvisoryLock,
  advisoryLocks,
  lockStatement,
  ruleLockStatement,
  takeLock,
  tryLock,
  tryLockSession,
  tryLockShared,
  tryLockStatement,
} from './advisory-lock.ts';

const dialect = new PgDialect();
const life = advisoryLocks.life('o1');

/** Runs `take` on a transaction that records its statements. */
async function sentBy(take: (tx: AdminTx) => Promise<unknown>): Promise<[string, readonly unknown[]][]> {
  const sent: [string, readonly unknown[]][] = [];
  await take({
    run: async (text, parameters = []) => {
      sent.push([text, parameters]);
      return [];
    },
  });
  return sent;
}

describe('the keys of advisory locks', () => {
  // Servers of the previous release run beside this one while a release rolls. They take these very names.
  const names: { [Kind in keyof typeof advisoryLocks]: AdvisoryLock['name'] } = {
    bootstrap: 'chantier.bootstrap',
    grants: 'chantier.grants',
    maintenance: 'chantier.maintain',
    backups: 'chantier.backups',
    drills: 'chantier.drills',
    resealing: 'chantier.resealing',
    spares: 'chantier.spares',
    signingKeys: 4_276_001,
    migration: 'chantier.migrate tenant_a',
    drop: 'chantier.drop primary tenant_a',
    provisioning: 'chantier.provision acme',
    life: 'chantier.life o1',
    documents: 'chantier.documents o1',
    proof: 'chantier.proof 0a1b2c3d',
  };

  it('are those of the previous release', () => {
    expect({
      ...advisoryLocks,
      migration: advisoryLocks.migration('tenant_a'),
      drop: advisoryLocks.drop('primary', 'tenant_a'),
      provisioning: advisoryLocks.provisioning('acme'),
      life,
      documents: advisoryLocks.documents('o1'),
      proof: advisoryLocks.proof('0a1b2c3d'),
    }).toEqual(Object.fromEntries(Object.entries(names).map(([kind, name]) => [kind, { name }])));
  });

  it('are hashed from their names by the server as by the previous release', async () => {
    const key = 'hashtextextended($1, 0)';
    const { sql: waits, params } = dialect.sqlToQuery(lockStatement(life));
    expect([waits, params]).toEqual([`select pg_advisory_xact_lock(${key})`, ['chantier.life o1']]);
    expect(dialect.sqlToQuery(tryLockStatement(life)).sql).toBe(`select pg_try_advisory_xact_lock(${key}) as held`);
    expect(dialect.sqlToQuery(ruleLockStatement(sql`${' settings'}`)).sql).toBe(
      'select pg_advisory_xact_lock(hashtextextended(current_schema() || $1, 0))',
    );
    expect(await sentBy((tx) => tryLock(tx, life))).toEqual([
      [`select pg_try_advisory_xact_lock(${key}) as held`, ['chantier.life o1']],
    ]);
    expect(await sentBy((tx) => tryLockShared(tx, life))).toEqual([
      [`select pg_try_advisory_xact_lock_shared(${key}) as held`, ['chantier.life o1']],
    ]);
    expect(await sentBy((tx) => tryLockSession(tx, life))).toEqual([
      [`select pg_try_advisory_lock(${key}) as held`, ['chantier.life o1']],
    ]);
  });

  it('are numbers where the previous release used a number', () => {
    const { sql: text, params } = dialect.sqlToQuery(lockStatement(advisoryLocks.signingKeys));
    expect([text, params]).toEqual(['select pg_advisory_xact_lock($1)', [4_276_001]]);
  });
});

it('sets the settings of the transaction and waits for the lock in one statement', async () => {
  expect(await sentBy((tx) => takeLock(tx, life, { role: 'owner', lock_timeout: '3s' }))).toEqual([
    [
      'select set_config($1, $2, true), set_config($3, $4, true), pg_advisory_xact_lock(hashtextextended($5, 0))',
      ['role', 'owner', 'lock_timeout', '3s', 'chantier.life o1'],
    ],
  ]);
});
