import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Clock } from '../lib/clock.ts';
import { AppError } from '../lib/errors.ts';
import { refusal } from './access-token.ts';
import { VerifiedTokens } from './verified-tokens.ts';

/** An OIDC issuer that the configuration trusts to say who somebody is. */
export interface ExternalIssuer {
  issuer: string;
  audience: string;
  jwksUrl: URL;
  /** The algorithms that it signs with; asymmetric ones only. */
  algorithms: readonly ExternalAlgorithm[];
}

export const externalAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
export type ExternalAlgorithm = (typeof externalAlgorithms)[number];

export interface ExternalClaims {
  issuer: string;
  subject: string;
  expiresAt: Date;
}

const clockTolerance = 5;

interface Known extends ExternalIssuer {
  keys: JWTVerifyGetKey;
}

/** Verifies the tokens of external issuers. They name a person only; who that is here, `user_identities` says. */
export class ExternalIssuers {
  readonly #issuers: ReadonlyMap<string, Known>;
  readonly #clock: Clock;
  readonly #verified = new VerifiedTokens<ExternalClaims>();

  constructor(issuers: readonly ExternalIssuer[], clock: Clock) {
    this.#issuers = new Map(issuers.map((each) => [each.issuer, { ...each, keys: createRemoteJWKSet(each.jwksUrl) }]));
    this.#clock = clock;
  }

  /** Whether a token says that it comes from one of these issuers; nothing about it has been verified yet. */
  claims(token: string): boolean {
    return this.#issuers.size > 0 && this.#issuerOf(token) !== undefined;
  }

  /** Throws UNAUTHENTICATED, or UNAVAILABLE when the issuer's keys cannot be fetched. */
  async verify(token: string): Promise<ExternalClaims> {
    const now = this.#clock();
    const known = this.#verified.get(token, now);
    if (known) return known;
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

async function check(token: string, { issuer, audience, algorithms, keys }: Known, now: Date): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: [...algorithms],
      requiredClaims: ['sub', 'iat', 'exp'],
      clockTolerance,
      currentDate: now,
    });
    return payload;
  } catch (error) {
    if (isOutage(error)) {
      throw new AppError(
        'UNAVAILABLE',
        'The keys of the issuer cannot be fetched',
        { retryAfter: 5 },
        { cause: error },
      );
    }
    throw refusal(error);
  }
}

/** jose answers a failed fetch with its own errors: a timeout, or the generic one about the HTTP answer. */
const isOutage = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout ||
  error instanceof errors.JWKSInvalid ||
  (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC') ||
  (error instanceof TypeError && error.message === 'fetch failed');
