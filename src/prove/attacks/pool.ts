import { sql } from 'drizzle-orm';
import { Admin } from '../../db/admin.ts';
import { quoteIdentifier } from '../../db/identifier.ts';
import type { SlotPool } from '../../db/slot-pool.ts';
import type { TenantBinding } from '../../tenancy/binding.ts';
import type { TenantSession } from '../../tenancy/tenant-session.ts';
import type { AttackGroup, Duel } from '../duel.ts';
import type { ScratchOrganization } from '../scratch-organization.ts';
import { overSingleConnection } from './single-connection.ts';

const names = sql`select last_name as name from profiles where user_id is not null order by id`;
const rounds = 10;

/**
 * Both organizations use one connection in turns: after success, failure, cancellation and the death of the connection.
 */
export const pool: AttackGroup = {
  name: 'pool',
  about:
    'a connection carries nothing over from one organization to the next, however a session ended; outside a session it reads nothing',
  attack: (duel) =>
    overSingleConnection(duel, async (binding, slots) => {
      await inTurn(duel, binding);
      await afterFailure(duel, binding);
      await afterCancel(duel, binding);
      await afterDeath(duel, binding);
      await unbound(duel, slots);
    }),
};

/** Everything that an organization reads on the shared connection must be its own. */
async function checkReadsOwn(
  duel: Duel,
  binding: TenantBinding,
  organization: ScratchOrganization,
  attack: string,
): Promise<void> {
  const rows = await binding.read(organization.tenant, (db) => db.execute<{ name: string }>(names));
  const leaks = rows.filter(({ name }) => !name.includes(organization.marker));
  duel.judge(attack, rows.length === 0 || leaks.length > 0, `reads ${JSON.stringify(rows.slice(0, 3))}`);
}

async function inTurn(duel: Duel, binding: TenantBinding): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await checkReadsOwn(duel, binding, duel.attacker, 'the same statement in turn');
    await checkReadsOwn(duel, binding, duel.victim, 'the same statement in turn');
  }
}

async function afterFailure(duel: Duel, binding: TenantBinding): Promise<void> {
  const failed = binding.write(duel.attacker.tenant, (tx) => tx.execute(sql`select 1 / 0`));
  await failed.catch(() => {});
  await checkReadsOwn(duel, binding, duel.victim, 'after a failed transaction');
}

async function afterCancel(duel: Duel, binding: TenantBinding): Promise<void> {
  const gone = new AbortController();
  const session = binding.open(duel.attacker.tenant, 'write', { signal: gone.signal });
  await insertInto(session, duel);
  const running = session.tx!.execute(sql`select pg_sleep(30)`).then(
    () => false,
    () => true,
  );
  gone.abort();
  const cancelled = await running;
  await session.rollback();
  duel.judge('a cancelled statement', !cancelled, 'was not cancelled');
  await checkReadsOwn(duel, binding, duel.victim, 'after a cancel');
}

async function afterDeath(duel: Duel, binding: TenantBinding): Promise<void> {
  const session = binding.open(duel.attacker.tenant, 'write');
  await insertInto(session, duel);
  const [backend] = await session.tx!.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
  if (!(await endBackend(duel, backend!.pid))) {
    duel.notes.push(
      "unchecked: statements after the connection died (the application's login may not end its own connection)",
    );
    await session.rollback();
    return;
  }
  const late = await insertInto(session, duel).then(
    () => true,
    () => false,
  );
  const saved = await session.commit().then(
    () => true,
    () => false,
  );
  await session.rollback();
  duel.judge('statements after the connection died', late || saved, 'were carried out');
  await checkReadsOwn(duel, binding, duel.victim, 'after the connection died');
}

/** Uses the application's login, which may end its own connections; the administrator may lack that right. */
async function endBackend({ target }: Duel, pid: number): Promise<boolean> {
  const { appUrl: url, lookup } = target.fleet.installation;
  await using own = new Admin({ url, ...(lookup && { lookup }) });
  return own.run('select pg_terminate_backend($1, 5000)', [pid]).then(
    () => true,
    () => false,
  );
}

const insertInto = (session: TenantSession, { attacker }: Duel) =>
  session.tx!.execute(
    sql`insert into clients (id, name) values (gen_random_uuid(), ${`${attacker.marker} uncommitted`})`,
  );

/** Outside a session the login must not be able to read any table. */
async function unbound(duel: Duel, slots: SlotPool): Promise<void> {
  const lease = await slots.acquire('proof');
  try {
    const carriedOut = (text: string) =>
      lease.run(text, [], 'objects').then(
        () => true,
        () => false,
      );
    for (const { tenant } of [duel.attacker, duel.victim]) {
      const table = `${quoteIdentifier(tenant.schemaName)}.profiles`;
      duel.judge('an unbound statement', await carriedOut(`select 1 from ${table}`), `read ${table}`);
    }
    duel.judge('an unbound statement', await carriedOut('select 1 from profiles'), 'read profiles');
    const [left] = await lease.run(
      `select current_user::text as role, session_user::text as login, current_setting('search_path') as path, (select count(*)::int from pg_cursors where name <> '') as cursors`,
      [],
      'objects',
    );
    const { role, login, path, cursors } = left as { role: string; login: string; path: string; cursors: number };
    const clean = role === login && /^(""|)$/.test(path) && cursors === 0;
    duel.judge('what sessions leave behind', !clean, `is ${JSON.stringify(left)}`);
  } finally {
    lease.discard();
  }
}
