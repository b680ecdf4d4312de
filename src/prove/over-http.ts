import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import type { AttackedServer } from './target.ts';

/** Sends requests to a server on a local port by HTTP, with the Host header of the request, as a proxy does. */
export const overHttp = (port: number): AttackedServer => ({
  name: 'http',
  socketUrl: `ws://127.0.0.1:${port}/graphql`,
  async ask(request) {
    const { pathname } = new URL(request.url);
    const body = await request.text();
    const headers = { ...Object.fromEntries(request.headers), 'content-length': String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      const sent = httpRequest(
        { host: '127.0.0.1', port, path: pathname, method: request.method, headers },
        (answer) => {
          const stream = Readable.toWeb(answer) as ReadableStream<Uint8Array>;
          resolve(new Response(stream, { status: answer.statusCode ?? 500 }));
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  },
});
