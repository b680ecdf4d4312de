import { eq, sql } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { isPermissionDenied, toAppError } from '../../src/db/pg-errors.ts';
import { SlotPool } from '../../src/db/slot-pool.ts';
import { type LimitsByClass, type RoleClass, TenantBinding } from '../../src/tenancy/binding.ts';
import { auditLogs } from '../../src/tenancy/tables.ts';
import { Backends } from '../support/backends.ts';
import { ownWorld } from '../support/own-world.ts';

const here = await ownWorld();
const backends = new Backends(here.app.installation.adminUrl);
const acme = (await here.company()).tenant;
const { roleName } = acme;
afterAll(async () => {
  await backends[Symbol.asyncDispose]();
  await here[Symbol.asyncDispose]();
});

const classes: readonly RoleClass[] = ['interactive', 'analyst', 'integrator', 'job'];
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const codeOf = async (work: Promise<unknown>) => toAppError(await failureOf(work))?.code;

describe('limits of the server', () => {
  it.each(classes)('are those of the role class: %s', async (roleClass) => {
    const { statementTimeoutMs } = here.app.options.config;
    const [row] = await here.app.binding.read(
      acme,
      (db) =>
        db.execute<{ statement: string; lock: string; idle: string }>(
          sql`select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
            current_setting('idle_in_transaction_session_timeout') as idle`,
        ),
      { roleClass },
    );
    const { statement, lock, idle } = row!;
    const [{ ms }] = (await backends.query<{ ms: number }>(
      'select extract(epoch from $1::interval)::int * 1000 as ms',
      [statement],
    )) as [{ ms: number }];
    expect(ms).toBe(statementTimeoutMs[roleClass === 'export' ? 'analyst' : roleClass]);
    expect(lock).toBe(roleClass === 'job' ? '10s' : '3s');
    expect(idle).toBe(roleClass === 'job' || roleClass === 'export' ? '1min' : '10s');
  });

  it.each(classes)('end longer statements, for %s', async (roleClass) => {
    const short = { statementMs: 60, lockMs: 40, idleMs: 60 };
    const none = { statementMs: 0, lockMs: 0, idleMs: 0 };
    const limits = Object.fromEntries(classes.map((name) => [name, name === roleClass ? short : none]));
    await using pool = new SlotPool({ url: here.app.installation.appUrl, size: 2, maxPerKey: 2 });
    const binding = new TenantBinding({ pools: { poolOf: () => pool }, limits: limits as unknown as LimitsByClass });
    const slow = binding.read(acme, (db) => db.execute(sql`select pg_sleep(10)`), { roleClass });
    expect(await codeOf(slow)).toBe('TIMEOUT');

    const lock = sql`select pg_advisory_xact_lock(7)`;
    const holder = binding.open(acme, 'write', { roleClass: classes.find((name) => name !== roleClass)! });
    await holder.tx!.execute(lock);
    expect(await codeOf(binding.write(acme, (tx) => tx.execute(lock), { roleClass }))).toBe('TRANSACTION_CONFLICT');
    await holder.rollback();

    const idler = binding.open(acme, 'write', { roleClass });
    const [row] = await idler.tx!.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    const gone = `select count(*)::int as n from pg_stat_activity where pid = ${row!.pid}`;
    await expect.poll(() => backends.query(gone)).toEqual([{ n: 0 }]);
    expect(await codeOf(idler.commit())).toBe('CONNECTION_LOST');
  });
});

describe('a tenant’s role', () => {
  it('has no login and no attribute, and only the program’s login and administrators are its members', async () => {
    const [role] = await backends.query(
      `select rolcanlogin or rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls or rolinherit as able from pg_roles where rolname = $1`,
      [roleName],
    );
    expect(role).toEqual({ able: false });
    const members = await backends.query<{ name: string }>(
      `select m.rolname as name from pg_auth_members a join pg_roles m on m.oid = a.member join pg_roles r on r.oid = a.roleid where r.rolname = $1`,
      [roleName],
    );
    expect(members.map(({ name }) => name)).toEqual([here.app.installation.roles.app]);
    const groups = await backends.query(
      `select from pg_auth_members a join pg_roles m on m.oid = a.member where m.rolname = $1`,
      [roleName],
    );
    expect(groups).toEqual([]);
  });

  it('runs no function with other rights, and none that reaches outside the database', async () => {
    const rights = await backends.query(
      `select n.nspname || '.' || p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname not in ('pg_catalog', 'information_schema') and has_function_privilege($1, p.oid, 'execute')
        and (p.prosecdef or p.proname ~ '^(dblink|postgres_fdw|lo_|pg_read|pg_file)')`,
      [roleName],
    );
    expect(rights).toEqual([]);
    const outward = ['pg_read_file(text)', 'pg_ls_dir(text)', 'lo_import(text)', 'pg_read_binary_file(text)'];
    for (const name of outward) {
      const [row] = await backends.query('select has_function_privilege($1, $2, $3) as may', [
        roleName,
        name,
        'execute',
      ]);
      expect([name, row]).toEqual([name, { may: false }]);
    }
  });
});

describe('the audit log', () => {
  const change = (text: ReturnType<typeof sql>) => failureOf(here.app.catalog.write((tx) => tx.execute(text)));

  it('accepts new rows from the program, and no changes', async () => {
    const lines = () =>
      here.app.catalog.read((db) => db.select().from(auditLogs).where(eq(auditLogs.organizationId, acme.id)));
    const before = await lines();
    expect(before.length).toBeGreaterThan(0);
    for (const text of [
      sql`update audit_logs set action = 'x'`,
      sql`delete from audit_logs`,
      sql`truncate audit_logs`,
      sql`insert into audit_logs select * from audit_logs on conflict (id) do update set action = 'x'`,
    ]) {
      expect(isPermissionDenied(await change(text))).toBe(true);
    }
    expect(await lines()).toEqual(before);
  });

  it('is invisible to tenants', async () => {
    const read = here.app.binding.read(acme, (db) => db.execute(sql`select 1 from catalog.audit_logs`));
    expect(isPermissionDenied(await failureOf(read))).toBe(true);
  });
});
