import { readCookie } from './cookies.ts';

/** What the pages that the cookie authenticates send as `x-chantier-csrf`: other sites cannot set it, other clients do not. */
export const pageCsrf = 'page';

/**
 * The cookie by which our own pages know their visitor: scripts cannot read it, and other sites cannot send forms with it. By https its
 * name has the prefix that keeps other hosts of the same domain from setting it.
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
