import { deriveKey } from '../lib/seal.ts';

/**
 * A login that the program creates for itself. Its password is derived from the secret and the login's name, so it is
 * stored nowhere. Each name is used in one database only, because that database's server can learn the password.
 */
export interface OwnLogin {
  readonly role: string;
  readonly password: string;
}

export const ownLogin = (secret: string, role: string): OwnLogin => ({
  role,
  password: deriveKey(secret, `password of ${role}`).toString('base64url'),
});

/** The URL of the same database for another login. */
export function urlAs(databaseUrl: string, { role, password }: OwnLogin): string {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = password;
  return url.href;
}
