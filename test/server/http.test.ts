import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, expect, it } from 'vitest';
import { HttpServer } from '../../src/server/http.ts';
import { world } from '../support/world.ts';

const here = await world();
const server = await HttpServer.listen({ router: here.router, host: '127.0.0.1', port: 0, graceMs: 500 });
afterAll(() => server.close());

const body = '{"query":"{__typename}"}';
const rest = `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;

async function send(target: string, host: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`POST ${target} HTTP/1.1\r\nhost: ${host}\r\n${rest}`);
  return text(socket);
}

it('answers what is sent to an address', async () => {
  expect(await send('/graphql', 'localhost')).toContain('{"data":{"__typename":"Query"}}');
});

it.each([
  ['/graphql', '['],
  ['/graphql', 'localhost:99999'],
  ['http://evil.example/graphql', 'localhost'],
])('rejects %s at "%s", and reveals nothing about itself', async (target, host) => {
  const answer = await send(target, host);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain('"code":"BAD_INPUT"');
  expect(answer).not.toContain('at ');
});
