import { deriveKey } from '../lib/seal.ts';

/**
 * A login that the program makes for itself: its password follows from the secret and its name, so nobody has to keep it. A name
 * is used in one database alone, whose server may have got the password.
 */
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
