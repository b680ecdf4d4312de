import { quoteIdentifier } from '../../db/identifier.ts';
import { AppError } from '../../lib/errors.ts';
import { deriveKey } from '../../lib/seal.ts';
import type { OwnLogin } from '../../tenancy/app-login.ts';
import type { Grantor } from './grantor.ts';
import { scramVerifier } from './scram.ts';

/** Creates a login, or resets its password. */
export async function makeLogin(
  grantor: Grantor,
  { role, password }: Pick<OwnLogin, 'role' | 'password'>,
): Promise<void> {
  const verifier = scramVerifier(password, deriveKey(password, `salt of ${role}`, 16));
  await grantor.createRole(role, 'login noinherit');
  await grantor.run(
    `ADMIN OPTION on the role ${role}`,
    `alter role ${quoteIdentifier(role)} login noinherit password '${verifier}'`,
  );
}

/**
 * Planner settings of the logins that serve requests. JIT is off: compiling takes a hundred times as long as our
 * statements run, and it starts as soon as a cost estimate is high. Page costs are those of cached pages, because the
 * data in use is in memory: with the defaults, the planner scans a small table for each row of a nested list instead of
 * using an index. A board took twice as long, sums and lists of three levels a quarter longer.
 */
export const planning: Readonly<Record<string, string>> = {
  jit: 'off',
  seq_page_cost: '0.1',
  random_page_cost: '0.1',
};

/**
 * Removes everything from a login that would let a statement outside its transaction find data: inherited rights and a
 * search_path. Also applies the planner settings. Throws CONFIG_INVALID for a login with rights that cannot be revoked.
 */
export async function disarmLogin(grantor: Grantor, role: string): Promise<void> {
  const [login] = await grantor.tx.run<{ powerful: boolean; inherits: boolean; settings: string[] }>(
    `select r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or d.datdba = r.oid as powerful,
      r.rolinherit as inherits,
      array(select unnest(s.setconfig) from pg_db_role_setting s where s.setrole = r.oid and s.setdatabase in (0, d.oid)) as settings
    from pg_roles r, pg_database d where r.rolname = $1 and d.datname = current_database()`,
    [role],
  );
  if (!login) throw new AppError('CONFIG_INVALID', `The application's login ${role} does not exist`);
  if (login.powerful) {
    throw new AppError(
      'CONFIG_INVALID',
      `The application's login ${role} must own nothing and have no special attributes: leave DATABASE_URL to the administrator alone, or name an ordinary login`,
    );
  }
  const right = `ADMIN OPTION on the role ${role}`;
  const alter = `alter role ${quoteIdentifier(role)}`;
  if (login.inherits) await grantor.run(right, `${alter} noinherit`);
  for (const [name, value] of Object.entries({ search_path: '""', ...planning })) {
    const set = `${alter} set ${name} = ${value === '""' ? "''" : value}`;
    if (!login.settings.includes(`${name}=${value}`)) await grantor.run(right, set);
  }
}
