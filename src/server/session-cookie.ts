import { readCookie } from './cookies.ts';

/** The value of `x-chantier-csrf` that our pages send with the session cookie. Other sites cannot set the header. */
export const pageCsrf = 'page';

/**
 * The session cookie of our own pages: scripts cannot read it, and other sites cannot send forms with it. Over https
 * its name has the prefix `__Host-`, so that other hosts of the domain cannot set it.
 */
export class SessionCookie {
  readonly #name: string;
  readonly #secure: boolean;

  constructor({ secure }: { secure: boolean }) {
    this.#secure = secure;
    this.#name = secure ? '__Host-chantier' : 'chantier_session';
  }

  read(cookieHeader: string | null): string | undefined {
    return readCookie(cookieHeader, this.#name);
  }

  /** The Set-Cookie header that signs a browser in. */
  set(value: string, maxAgeSeconds: number): string {
    const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${Math.floor(maxAgeSeconds)}`;
    return `${this.#name}=${value}; ${attributes}${this.#secure ? '; Secure' : ''}`;
  }

  /** The Set-Cookie header that signs a browser out. */
  clear(): string {
    return this.set('', 0);
  }
}
