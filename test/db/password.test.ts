import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { Slot } from '../../src/db/slot.ts';

afterEach(() => vi.unstubAllEnvs());

const asksForPassword = Buffer.from([...Buffer.from('R'), 0, 0, 0, 8, 0, 0, 0, 3]);

/** What a server is sent that simply asks for the password, by whoever connects to it as this user. */
async function passwordSentBy(userinfo: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(asksForPassword);
      socket.once('data', (answer: Buffer) => {
        resolve(answer.subarray(5, -1).toString());
        socket.destroy();
      });
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as { port: number };
  const url = `postgres://${userinfo}@127.0.0.1:${port}/db`;
  const opened = Slot.open({ url, prepare: false, applicationName: 'test', connectMs: 5_000 });
  await expect(opened).rejects.toThrow();
  server.close();
  return await promise;
}

it('sends a server the password in the URL, and never one from the environment', async () => {
  vi.stubEnv('PGPASSWORD', 'of the operator');
  expect(await passwordSentBy('u')).toBe('');
  expect(await passwordSentBy('u:p%40ss')).toBe('p@ss');
});
