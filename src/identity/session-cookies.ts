import { createHmac, timingSafeEqual } from 'node:crypto';
import { and, eq, isNull } from 'drizzle-orm';
import type { Clock } from '../lib/clock.ts';
import type { Seal } from '../lib/seal.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import type { Credential } from './credential.ts';
import { sealContext } from './sessions.ts';
import { sessions } from './tables.ts';
import { VerifiedTokens } from './verified-tokens.ts';

const prefix = 'chs_';
const macBytes = 32;
const length = 16 + macBytes;

interface Claims {
  userId: string;
  sessionId: string;
  expiresAt: Date;
}

/**
 * Values of the session cookie of the server's own pages: the session's id and a MAC over it with the session's key. A
 * value cannot be exchanged for an access token. It is valid until its session ends.
 */
export class SessionCookies {
  readonly #catalog: Catalog;
  readonly #seal: Seal;
  readonly #clock: Clock;
  /** Saves most requests a statement. Whether the session is still open is checked separately, for each request. */
  readonly #verified = new VerifiedTokens<Claims>();

  constructor(catalog: Catalog, seal: Seal, clock: Clock) {
    this.#catalog = catalog;
    this.#seal = seal;
    this.#clock = clock;
  }

  /** The cookie value of an open session. */
  async issue(sessionId: string): Promise<string> {
    const session = await this.#find(sessionId);
    if (!session) throw new Error('There is no such session');
    return format(sessionId, this.#keyOf(session));
  }

  /**
   * The credential in a value. `ended`: its session is over; `forged`: any other invalid value. May return a cached
   * result.
   */
  async read(text: string): Promise<(Credential & { kind: 'session' }) | 'ended' | 'forged'> {
    const claims = this.#verified.get(text, this.#clock()) ?? (await this.#verify(text));
    if (typeof claims === 'string') return claims;
    const { userId, sessionId } = claims;
    return { kind: 'session', userId, sessionId, organizationId: undefined };
  }

  async #verify(text: string): Promise<Claims | 'ended' | 'forged'> {
    const sessionId = sessionIdOf(text);
    if (sessionId === undefined) return 'forged';
    const session = await this.#find(sessionId);
    if (!session) return 'ended';
    const expected = Buffer.from(format(session.id, this.#keyOf(session)));
    const given = Buffer.from(text);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged';
    const claims = { userId: session.userId, sessionId: session.id, expiresAt: session.expiresAt };
    this.#verified.add(text, claims);
    return claims;
  }

  async #find(id: string): Promise<typeof sessions.$inferSelect | undefined> {
    const [session] = await this.#catalog.read((db) =>
      db
        .select()
        .from(sessions)
        .where(and(eq(sessions.id, id), isNull(sessions.revokedAt))),
    );
    return session;
  }

  #keyOf({ id, refreshKey }: typeof sessions.$inferSelect): string {
    return this.#seal.open(refreshKey, sealContext(id));
  }
}

function format(sessionId: string, key: string): string {
  const id = Buffer.from(sessionId.replaceAll('-', ''), 'hex');
  // Refresh tokens are MACs with the same key; the prefix keeps the two apart
  const mac = createHmac('sha256', key).update('cookie:').update(id).digest();
  return prefix + Buffer.concat([id, mac]).toString('base64url');
}

function sessionIdOf(text: string): string | undefined {
  if (!text.startsWith(prefix) || text.length > 100) return undefined;
  const bytes = Buffer.from(text.slice(prefix.length), 'base64url');
  if (bytes.length !== length) return undefined;
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
