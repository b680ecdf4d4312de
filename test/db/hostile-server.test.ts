import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Slot } from '../../src/db/slot.ts';

const megabyte = Buffer.alloc(1024 * 1024);

it('closes the connection to a server that announces 2 GB, without reading them', async () => {
  const { promise: sent, resolve } = Promise.withResolvers<number>();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      // Authentication was accepted, and then: one row of 2 GB
      socket.write(
        Buffer.from([...Buffer.from('R'), 0, 0, 0, 8, 0, 0, 0, 0, ...Buffer.from('D'), 0x7f, 0xff, 0xff, 0xff]),
      );
      const send = () => {
        while (!socket.destroyed && socket.write(megabyte));
      };
      socket.on('drain', send);
      send();
    });
    socket.once('close', () => resolve(socket.bytesWritten));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const url = `postgres://u:p@127.0.0.1:${(server.address() as AddressInfo).port}/db`;
  const opened = Slot.open({ url, prepare: false, applicationName: 'test', connectMs: 30_000 });
  await expect(opened).rejects.toThrow();
  // What the kernels of both sides had buffered
  expect(await sent).toBeLessThan(64 * 1024 * 1024);
});
