import type { JSONWebKeySet } from 'jose';
import type { SigningKeys } from './signing-keys.ts';

/** The public keys of access tokens, for `/.well-known/jwks.json`. */
export const publicKeySet = async (keys: SigningKeys): Promise<JSONWebKeySet> => ({ keys: await keys.publicJwks() });
