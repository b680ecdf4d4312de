import { afterAll } from 'vitest';
import { buildGraphServer, type GraphServerOptions } from '../../src/serve.ts';
import { HttpServer } from '../../src/server/http.ts';
import type { World } from './world.ts';

/** The origin of a world's server, on a port of its own until the end of the test file. */
export async function served({ app }: World, options: GraphServerOptions = {}) {
  const { router, loginCode } = buildGraphServer(app, options);
  const http = await HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 1_000 });
  afterAll(() => http.close());
  return { origin: `http://localhost:${http.port}`, loginCode };
}
