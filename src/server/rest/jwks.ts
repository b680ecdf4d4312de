import type { JSONWebKeySet } from 'jose';
import { jsonAnswer } from '../routes/answers.ts';
import { anybody, type Route } from '../routes/route.ts';
import { defineRoute } from '../routes/serve-route.ts';

/** How long clients may cache the keys: much shorter than the time between publishing a key and signing with it. */
const cacheSeconds = 60;

/** `/.well-known/jwks.json`: the public keys for verifying our access tokens. */
export const jwksRoute = (publicKeys: () => Promise<JSONWebKeySet>): Route =>
  defineRoute({
    name: 'jwks',
    path: '/.well-known/jwks.json',
    methods: ['GET'],
    body: 'none',
    content: 'data',
    authenticate: anybody,
    handle: async () => jsonAnswer(await publicKeys(), 200, { 'cache-control': `public, max-age=${cacheSeconds}` }),
  });
