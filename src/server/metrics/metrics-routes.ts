import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../lib/errors.ts';
import { jsonAnswer } from '../routes/answers.ts';
import { anybody, type Route, type RouteHead, type RouteRules } from '../routes/route.ts';
import { defineRoute } from '../routes/serve-route.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsRoutesOptions {
  metrics: Metrics;
  /** The bearer token of readers; undefined: anybody who can reach the address may read. */
  token: string | undefined;
  /** The counts of the process, added to those of a tenant. */
  process(): object;
}

const slugPattern = /^[a-z0-9-]{1,50}$/;

/** `/metrics` for Prometheus, and `/metrics/tenants/<slug>` for `chantier tenant metrics`. */
export function metricsRoutes({ metrics, token, process }: MetricsRoutesOptions): Route[] {
  const rules = {
    name: 'metrics',
    methods: ['GET'],
    body: 'none',
    content: 'data',
  } as const satisfies Partial<RouteRules>;
  const authenticate = token === undefined ? anybody : async (head: RouteHead) => requireToken(head, token);
  return [
    defineRoute({
      ...rules,
      path: '/metrics',
      authenticate,
      handle: async () => ({
        status: 200,
        headers: { 'content-type': metrics.contentType },
        body: await metrics.text(),
      }),
    }),
    defineRoute({
      ...rules,
      path: '/metrics/tenants/:slug',
      authenticate,
      handle: async ({ params: { slug = '' } }) => {
        if (!slugPattern.test(slug)) throw new AppError('NOT_FOUND', 'There is nothing at this path');
        return jsonAnswer({ tenant: metrics.ofTenant(slug) ?? null, ...process() });
      },
    }),
  ];
}

/** Compares hashes in constant time. */
function requireToken({ headers }: RouteHead, token: string): void {
  const given = /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? '';
  const [a, b] = [given, token].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  if (!timingSafeEqual(a, b)) throw new AppError('UNAUTHENTICATED', 'The metrics need the token of METRICS_TOKEN');
}
