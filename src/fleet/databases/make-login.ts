import { quoteIdentifier } from '../../db/identifier.ts';
import { AppError } from '../../lib/errors.ts';
import { deriveKey } from '../../lib/seal.ts';
import type { OwnLogin } from '../../tenancy/app-login.ts';
import type { Grantor } from './grantor.ts';
import { scramVerifier } from './scram.ts';

/** Makes a login, or sets its password again. */
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
 * How statements are planned for a login of the slots. No just-in-time compilation: it takes a hundred times as long as
 * our statements, and begins as soon as an estimate is high. And pages at the cost that they have in memory, where what
 * is served is: by the default the planner scans a small table for each row of a nested list, instead of asking an
 * index; a board cost twice as much, sums and three levels a quarter more.
 */
export const planning: Readonly<Record<string, string>> = {
  jit: 'off',
  seq_page_cost: '0.1',
  random_page_cost: '0.1',
};

/**
 * Takes from a login whatever would let a statement that escapes its transaction find data, inherited rights and a
 * search_path, and gives it its settings. Throws CONFIG_INVALID for a login with rights that cannot be taken.
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
