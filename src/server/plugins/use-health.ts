import type { Plugin } from 'graphql-yoga';

export interface HealthOptions {
  /** Whether requests can be served now; throws or says false when not. */
  ready(): Promise<boolean>;
}

/** `/health/live`: the process answers. `/health/ready`: it can serve requests; 503 while it cannot, or is going away. */
export function useHealth({ ready }: HealthOptions): Plugin {
  return {
    async onRequest({ request, url, endResponse, fetchAPI }) {
      if (request.method !== 'GET' || !url.pathname.startsWith('/health/')) return;
      const answer = (status: number, state: string) =>
        endResponse(fetchAPI.Response.json({ status: state }, { status, headers: { 'cache-control': 'no-store' } }));
      if (url.pathname === '/health/live') return answer(200, 'live');
      if (url.pathname !== '/health/ready') return;
      const isReady = await ready().catch(() => false);
      answer(isReady ? 200 : 503, isReady ? 'ready' : 'not ready');
    },
  };
}
