import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Metrics } from './metrics.ts';

export interface MetricsEndpointOptions {
  metrics: Metrics;
  /** What a reader must send as a bearer token; without one whoever reaches the address may read. */
  token: string | undefined;
  /** What the process says of itself beside a tenant. */
  process(): object;
  /** Answers every other path. */
  rest: RequestListener;
}

const path = /^\/metrics(?:\/tenants\/([a-z0-9-]{1,50}))?(?:\?.*)?$/;

/** `/metrics` for Prometheus, and `/metrics/tenants/<slug>` for `chantier tenant metrics`. */
export function metricsEndpoint({ metrics, token, process, rest }: MetricsEndpointOptions): RequestListener {
  return (request, response) => {
    const match = path.exec(request.url ?? '');
    if (!match || request.method !== 'GET') return rest(request, response);
    if (token !== undefined && !isToken(request, token)) {
      return answer(response, 401, 'text/plain', 'The metrics need the token of METRICS_TOKEN\n');
    }
    const slug = match[1];
    if (slug !== undefined) {
      return answer(
        response,
        200,
        'application/json',
        JSON.stringify({ tenant: metrics.ofTenant(slug) ?? null, ...process() }),
      );
    }
    metrics.text().then(
      (text) => answer(response, 200, metrics.contentType, text),
      () => answer(response, 500, 'text/plain', 'The metrics could not be read\n'),
    );
  };
}

/** The metrics and nothing else. */
export function onlyMetrics(options: Omit<MetricsEndpointOptions, 'rest'>): RequestListener {
  return metricsEndpoint({
    ...options,
    rest: (_request, response) => answer(response, 404, 'text/plain', 'Only the metrics are here\n'),
  });
}

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(text);
}

/** Compared by their hashes, which takes as long wherever they differ. */
function isToken({ headers }: IncomingMessage, token: string): boolean {
  const given = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const [a, b] = [given, token].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(a, b);
}
