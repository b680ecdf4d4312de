import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { type Clock, later } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { isUuid, uuidv7 } from '../lib/ids.ts';
import { requireCanonical } from './canonical-token.ts';
import type { SigningKeys } from './signing-keys.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** The claims of an access token. It names no role: the membership decides that for each request. */
export interface AccessClaims {
  userId: string;
  sessionId: string;
  /** The one organization that the token is valid for; undefined until the user chooses one. */
  organizationId: string | undefined;
  expiresAt: Date;
}

export interface AccessTokenOptions {
  issuer: string;
  audience: string;
  /** Lifetime of a token. Revocation does not wait for its end: the session is checked for each request. */
  lifetimeMs?: number;
}

const algorithm = 'EdDSA';
const type = 'at+jwt';
/** Seconds by which the clocks of two servers may differ. */
const clockTolerance = 5;

/** Issues and verifies the short-lived tokens that requests carry. */
export class AccessTokens {
  readonly issuer: string;
  readonly #audience: string;
  readonly #lifetimeMs: number;
  readonly #keys: SigningKeys;
  readonly #clock: Clock;
  readonly #verified = new VerifiedTokens<AccessClaims>();

  constructor(keys: SigningKeys, clock: Clock, { issuer, audience, lifetimeMs = 10 * 60_000 }: AccessTokenOptions) {
    this.issuer = issuer;
    this.#audience = audience;
    this.#lifetimeMs = lifetimeMs;
    this.#keys = keys;
    this.#clock = clock;
  }

  async issue(claims: Omit<AccessClaims, 'expiresAt'>): Promise<{ token: string; expiresAt: Date }> {
    const now = this.#clock();
    const expiresAt = later(now, this.#lifetimeMs);
    const { id, privateKey } = await this.#keys.current();
    const token = await new SignJWT({
      sid: claims.sessionId,
      ...(claims.organizationId && { org: claims.organizationId }),
    })
      .setProtectedHeader({ alg: algorithm, typ: type, kid: id })
      .setIssuer(this.issuer)
      .setAudience(this.#audience)
      .setSubject(claims.userId)
      .setJti(uuidv7())
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(expiresAt)
      .sign(privateKey);
    return { token, expiresAt };
  }

  /** The claims of a token, after its signature, issuer, audience and times were checked. Throws UNAUTHENTICATED. */
  async verify(token: string): Promise<AccessClaims> {
    const now = this.#clock();
    const known = this.#verified.get(token, now);
    if (known) return known;
    requireCanonical(token);
    const claims = claimsOf(await this.#check(token, now));
    this.#verified.add(token, claims);
    return claims;
  }

  async #check(token: string, now: Date): Promise<JWTPayload> {
    const key = await this.#keys.find(keyIdOf(token) ?? '');
    if (!key) throw new AppError('UNAUTHENTICATED', 'The access token is not valid');
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [algorithm],
        typ: type,
        issuer: this.issuer,
        audience: this.#audience,
        requiredClaims: ['sub', 'sid', 'iat', 'nbf', 'exp'],
        clockTolerance,
        currentDate: now,
        maxTokenAge: this.#lifetimeMs / 1000,
      });
      return payload;
    } catch (error) {
      throw refusal(error);
    }
  }
}

function keyIdOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid;
  } catch {
    return undefined;
  }
}

function claimsOf({ sub, sid, org, exp }: JWTPayload): AccessClaims {
  const idsAreSound = isId(sub) && isId(sid) && (org === undefined || isId(org));
  if (!idsAreSound) throw new AppError('UNAUTHENTICATED', 'The access token is not valid');
  return { userId: sub, sessionId: sid, organizationId: org, expiresAt: new Date(exp! * 1000) };
}

const isId = (value: unknown): value is string => typeof value === 'string' && isUuid(value);

/** UNAUTHENTICATED for an invalid token; any other error, such as an unreachable catalog, is returned unchanged. */
export function refusal(error: unknown): unknown {
  if (error instanceof errors.JWTExpired)
    return new AppError('UNAUTHENTICATED', 'The access token has expired', { expired: true });
  if (error instanceof errors.JOSEError) {
    return new AppError('UNAUTHENTICATED', 'The access token is not valid', {}, { cause: error });
  }
  return error;
}
