import { otherPasswordParameter } from '../db/database-address.ts';
import { deriveKey } from '../lib/seal.ts';

/**
 * A login that the program creates for itself. Its password is derived from the secret and the login's name, so it is
 * stored nowhere. Each name is used in one database only, because that database's server can learn the password.
 */
export interface OwnLogin {
  readonly role: string;
  readonly password: string;
  /** Its passwords by the other secrets of a rotation. */
  readonly otherPasswords: readonly string[];
}

export const ownLogin = (secret: string, role: string, otherSecrets: readonly string[] = []): OwnLogin => ({
  role,
  password: passwordOf(secret, role),
  otherPasswords: otherSecrets.map((other) => passwordOf(other, role)),
});

const passwordOf = (secret: string, role: string): string =>
  deriveKey(secret, `password of ${role}`).toString('base64url');

/** The URL of the same database for another login. */
export function urlAs(databaseUrl: string, { role, password }: Pick<OwnLogin, 'role' | 'password'>): string {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = password;
  // It belongs to the login that is replaced
  url.searchParams.delete(otherPasswordParameter);
  return url.href;
}

/** The address of another server, with the login and the passwords of this one. */
export function withLoginOf(loginUrl: string, address: string): string {
  const { username, password, searchParams } = new URL(loginUrl);
  const url = Object.assign(new URL(address), { username, password });
  const other = searchParams.get(otherPasswordParameter);
  if (other !== null) url.searchParams.set(otherPasswordParameter, other);
  return url.href;
}
