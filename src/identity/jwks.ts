import type { JSONWebKeySet } from 'jose';
import type { SigningKeys } from './signing-keys.ts';

/** How long others may cache the key set: shorter than a key is published before it signs. */
export const jwksMaxAgeSeconds = 600;

/** The public keys of access tokens, for `/.well-known/jwks.json`. */
export const publicKeySet = async (keys: SigningKeys): Promise<JSONWebKeySet> => ({ keys: await keys.publicJwks() });
