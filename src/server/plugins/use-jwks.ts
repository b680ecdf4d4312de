import type { Plugin } from 'graphql-yoga';
import type { JSONWebKeySet } from 'jose';

/** How long others may keep the keys: much shorter than a key is published before it signs. */
const cacheSeconds = 60;

/** `/.well-known/jwks.json`: the public keys that our access tokens are checked with. */
export function useJwks(publicKeys: () => Promise<JSONWebKeySet>): Plugin {
  return {
    async onRequest({ request, url, endResponse, fetchAPI }) {
      if (request.method !== 'GET' || url.pathname !== '/.well-known/jwks.json') return;
      const headers = { 'cache-control': `public, max-age=${cacheSeconds}` };
      endResponse(fetchAPI.Response.json(await publicKeys(), { headers }));
    },
  };
}
