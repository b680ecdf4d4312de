import { quoteIdentifier } from '../db/identifier.ts';
import { AppError } from '../lib/errors.ts';
import { deriveKey } from '../lib/seal.ts';
import type { Grantor } from './grantor.ts';
import { scramVerifier } from './scram.ts';

/** A login that the program makes for itself: its password follows from the secret, so nobody has to keep it. */
export interface OwnLogin {
  readonly role: string;
  readonly password: string;
}

export const ownLogin = (secret: string, role: string): OwnLogin => ({
  role,
  password: deriveKey(secret, `password of ${role}`).toString('base64url'),
});

/** The address of the same database for another login. */
export function urlAs(databaseUrl: string, { role, password }: OwnLogin): string {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = password;
  return url.href;
}

/** Makes a login, or sets its password again. */
export async function makeLogin(grantor: Grantor, { role, password }: OwnLogin): Promise<void> {
  const verifier = scramVerifier(password, deriveKey(password, `salt of ${role}`, 16));
  await grantor.createRole(role, 'login noinherit');
  await grantor.run(
    `ADMIN OPTION on the role ${role}`,
    `alter role ${quoteIdentifier(role)} login noinherit password '${verifier}'`,
  );
}

/**
 * Takes from a login whatever would let a statement that escapes its transaction find data: inherited rights and a
 * search_path. And just-in-time compilation: it takes a hundred times as long as our statements, and begins as soon as
 * an estimate is high. Throws CONFIG_INVALID for a login with rights that cannot be taken.
 */
export async function disarmLogin(grantor: Grantor, role: string): Promise<void> {
  const [login] = await grantor.tx.run<{ powerful: boolean; inherits: boolean; lost: boolean; jit: boolean }>(
    `select r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or d.datdba = r.oid as powerful,
      r.rolinherit as inherits,
      exists (select from pg_db_role_setting s where s.setrole = r.oid and s.setdatabase in (0, d.oid) and 'search_path=""' = any(s.setconfig)) as lost,
      not exists (select from pg_db_role_setting s where s.setrole = r.oid and s.setdatabase in (0, d.oid) and 'jit=off' = any(s.setconfig)) as jit
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
  if (login.jit) await grantor.run(right, `alter role ${quoteIdentifier(role)} set jit = off`);
}
