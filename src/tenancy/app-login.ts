import { quoteIdentifier } from '../db/identifier.ts';
import { AppError } from '../lib/errors.ts';
import { deriveKey } from '../lib/seal.ts';
import type { Grantor } from './grantor.ts';
import { scramVerifier } from './scram.ts';

/** Makes the login of the slots, or sets its password again; gives the url to connect with. */
export async function makeAppLogin(grantor: Grantor, role: string, adminUrl: string, secret: string): Promise<string> {
  const password = deriveKey(secret, `password of ${role}`).toString('base64url');
  const verifier = scramVerifier(password, deriveKey(secret, `salt of ${role}`, 16));
  await grantor.createRole(role, 'login noinherit');
  await grantor.run(
    `ADMIN OPTION on the role ${role}`,
    `alter role ${quoteIdentifier(role)} login noinherit password '${verifier}'`,
  );
  const url = new URL(adminUrl);
  url.username = role;
  url.password = password;
  return url.href;
}

/**
 * Takes from a login whatever would let a statement that escapes its transaction find data: inherited rights and a
 * search_path. Throws CONFIG_INVALID for a login with rights that cannot be taken.
 */
export async function disarmLogin(grantor: Grantor, role: string): Promise<void> {
  const [login] = await grantor.tx.run<{ powerful: boolean; inherits: boolean; lost: boolean }>(
    `select r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or d.datdba = r.oid as powerful,
      r.rolinherit as inherits,
      exists (select from pg_db_role_setting s where s.setrole = r.oid and s.setdatabase in (0, d.oid) and 'search_path=""' = any(s.setconfig)) as lost
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
  if (login.inherits) await grantor.run(right, `alter role ${quoteIdentifier(role)} noinherit`);
  if (!login.lost) await grantor.run(right, `alter role ${quoteIdentifier(role)} set search_path = ''`);
}
