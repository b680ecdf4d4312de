import type { JSONWebKeySet } from 'jose';
import { jsonAnswer } from '../routes/answers.ts';
import { anybody, type Route } from '../routes/route.ts';
import { defineRoute } from '../routes/serve-route.ts';

/** How long others may keep the keys: much shorter than a key is published before it signs. */
const cacheSeconds = 60;

/** `/.well-known/jwks.json`: the public keys that our access tokens are checked with. */
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
