import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { refusal } from './access-token.ts';
import { requireCanonical } from './canonical-token.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** An OIDC issuer that the configuration trusts to identify people. */
export interface ExternalIssuer {
  issuer: string;
  audience: string;
  /** The address of its keys; read from the issuer's metadata when absent. */
  jwksUri?: string | undefined;
  /**
   * The algorithms that it signs with; only asymmetric ones, since anybody who can verify a symmetric token can forge
   * one.
   */
  algorithms: readonly string[];
  /** The accepted token types (`typ`), so that a refresh or identity token of the same issuer is refused. */
  types?: readonly string[] | undefined;
  /** The longest accepted lifetime of a token (`exp` minus `iat`), and its greatest age. */
  maxTokenAgeMs?: number | undefined;
}

/** RFC 9068 names the first; many issuers still send the second. */
const defaultTypes = ['at+jwt', 'JWT'];
export const defaultMaxTokenAgeMs = 24 * 60 * 60_000;

export interface ExternalClaims {
  issuer: string;
  subject: string;
  expiresAt: Date;
}

const clockTolerance = 5;
const asymmetric = /^((RS|PS|ES)(256|384|512)|EdDSA)$/;

interface Known extends ExternalIssuer {
  keys: JWTVerifyGetKey;
}

/** Verifies the tokens of external issuers. A token names only a subject; `user_identities` maps it to a user. */
export class ExternalIssuers {
  readonly #issuers: ReadonlyMap<string, Known>;
  readonly #clock: Clock;
  readonly #verified = new VerifiedTokens<ExternalClaims>();

  constructor(issuers: readonly ExternalIssuer[], clock: Clock) {
    this.#issuers = new Map(issuers.map((each) => [each.issuer, { ...each, keys: keysOf(each) }]));
    this.#clock = clock;
  }

  /** Whether the unverified `iss` of a token is one of these issuers. */
  claims(token: string): boolean {
    return this.#issuers.size > 0 && this.#issuerOf(token) !== undefined;
  }

  /** Throws UNAUTHENTICATED, or UNAVAILABLE when the issuer's keys cannot be fetched. */
  async verify(token: string): Promise<ExternalClaims> {
    const now = this.#clock();
    const known = this.#verified.get(token, now);
    if (known) return known;
    requireCanonical(token);
    const issuer = this.#issuerOf(token);
    if (!issuer) throw new AppError('UNAUTHENTICATED', 'The access token is not valid');
    const { sub, exp } = await check(token, issuer, now);
    const claims = { issuer: issuer.issuer, subject: sub!, expiresAt: new Date(exp! * 1000) };
    this.#verified.add(token, claims);
    return claims;
  }

  #issuerOf(token: string): Known | undefined {
    try {
      return this.#issuers.get(decodeJwt(token).iss ?? '');
    } catch {
      return undefined;
    }
  }
}

/** The issuer's keys, fetched on first use. A failed request for its metadata is repeated on the next use. */
function keysOf({ issuer, jwksUri, algorithms }: ExternalIssuer): JWTVerifyGetKey {
  if (algorithms.length === 0 || algorithms.some((name) => !asymmetric.test(name))) {
    throw new Error(`the issuer ${issuer} must be pinned to asymmetric algorithms`);
  }
  let keys = jwksUri === undefined ? undefined : createRemoteJWKSet(new URL(jwksUri));
  return async (header, token) => {
    keys ??= createRemoteJWKSet(await discover(issuer));
    return keys(header, token);
  };
}

/** OpenID Connect Discovery 1.0, section 4. Throws UNAVAILABLE. */
async function discover(issuer: string): Promise<URL> {
  try {
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(address, { signal: AbortSignal.timeout(5000), redirect: 'error' });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const metadata = z.object({ issuer: z.literal(issuer), jwks_uri: z.url() }).parse(await response.json());
    return new URL(metadata.jwks_uri);
  } catch (cause) {
    throw unavailable(cause);
  }
}

async function check(token: string, known: Known, now: Date): Promise<JWTPayload> {
  const { issuer, audience, algorithms, keys, maxTokenAgeMs = defaultMaxTokenAgeMs } = known;
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: [...algorithms],
      requiredClaims: ['sub', 'iat', 'exp'],
      clockTolerance,
      currentDate: now,
      maxTokenAge: maxTokenAgeMs / 1000,
    });
    requireType(protectedHeader.typ, known.types ?? defaultTypes);
    requireBoundedLife(payload, maxTokenAgeMs);
    return payload;
  } catch (error) {
    throw isOutage(error) ? unavailable(error) : refusal(error);
  }
}

/** `typ` is a media type without `application/` (RFC 7515, 4.1.9). */
function requireType(typ: string | undefined, types: readonly string[]): void {
  const plain = (type: string) => type.toLowerCase().replace(/^application\//, '');
  if (typ !== undefined && types.some((type) => plain(type) === plain(typ))) return;
  throw new AppError('UNAUTHENTICATED', 'The access token has a type that is not allowed');
}

/** Written so that NaN and infinite times are refused too, such as 1e400. */
function requireBoundedLife({ iat, exp, nbf = 0 }: JWTPayload, maxTokenAgeMs: number): void {
  if (exp! - iat! <= maxTokenAgeMs / 1000 && Number.isFinite(nbf)) return;
  throw new AppError('UNAUTHENTICATED', 'The lifetime of the access token is too long');
}

const unavailable = (cause: unknown) =>
  new AppError('UNAVAILABLE', 'The keys of the issuer cannot be fetched', { retryAfter: 5 }, { cause });

/** jose reports a failed fetch with its own errors: a timeout, or a generic one about the HTTP response. */
const isOutage = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC') ||
  (error instanceof TypeError && error.message === 'fetch failed');
