import type { CookieJar } from '../../graphql/context.ts';
import { readCookie } from '../cookies.ts';

const name = 'chantier_refresh';

export interface RefreshCookieOptions {
  /** Whether browsers may send it over https only. */
  secure: boolean;
}

/** The cookie that holds a browser's refresh token: scripts cannot read it, other sites cannot send it. */
export class RefreshCookie implements CookieJar {
  readonly #secure: boolean;
  readonly #sent: string | undefined;
  #given: { token: string; maxAgeSeconds: number } | undefined;

  constructor(cookieHeader: string | null, { secure }: RefreshCookieOptions) {
    this.#secure = secure;
    this.#sent = readCookie(cookieHeader, name);
  }

  /** The Set-Cookie header of the answer, when it has one. */
  get header(): string | undefined {
    if (!this.#given) return undefined;
    const { token, maxAgeSeconds } = this.#given;
    const secure = this.#secure ? '; Secure' : '';
    return `${name}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.floor(maxAgeSeconds)}${secure}`;
  }

  given(): { token: string; maxAgeSeconds: number } | undefined {
    return this.#given;
  }

  refreshToken(): string | undefined {
    return this.#sent;
  }

  setRefreshToken(token: string, maxAgeSeconds: number): void {
    this.#given = { token, maxAgeSeconds };
  }

  clearRefreshToken(): void {
    this.setRefreshToken('', 0);
  }
}

/** Whether a request carries the cookie, whatever its value: then it needs the CSRF header. */
export const hasRefreshCookie = (cookieHeader: string | null): boolean => readCookie(cookieHeader, name) !== undefined;
