import { jsonAnswer } from '../routes/answers.ts';
import { anybody, type Route, type RouteRules } from '../routes/route.ts';
import { defineRoute } from '../routes/serve-route.ts';

const rules = {
  name: 'health',
  methods: ['GET'],
  body: 'none',
  content: 'data',
} as const satisfies Partial<RouteRules>;

/**
 * `/health/live` answers 200 while the process runs. `/health/ready` answers 200 while it can serve requests, and 503
 * while it cannot or is stopping; `ready` may throw.
 */
export const healthRoutes = (ready: () => Promise<boolean>): Route[] => [
  defineRoute({
    ...rules,
    path: '/health/live',
    authenticate: anybody,
    handle: async () => jsonAnswer({ status: 'live' }),
  }),
  defineRoute({
    ...rules,
    path: '/health/ready',
    authenticate: anybody,
    handle: async () => {
      const isReady = await ready().catch(() => false);
      return jsonAnswer({ status: isReady ? 'ready' : 'not ready' }, isReady ? 200 : 503);
    },
  }),
];
