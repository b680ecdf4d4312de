import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type CopyPeer, readCopy } from './copy.ts';

/**
 * A connection whose socket was stopped by the last piece of data, with the end of the data right behind it. The answer
 * comes once the socket goes on.
 */
function stopped() {
  const done = Promise.withResolvers<void>();
  const state = { stopped: true, destroyed: false, lose: () => done.reject(new Error('lost')) };
  const data = new Readable({
    read() {
      state.stopped = false;
      done.resolve();
    },
  });
  const peer: CopyPeer = {
    begin: async <Data>() => ({ data: data as Data, done: done.promise }),
    get alive() {
      return !state.destroyed;
    },
    destroy: () => {
      state.destroyed = true;
    },
  };
  data.push('x'.repeat(data.readableHighWaterMark + 1));
  data.push(null);
  return { peer, state, ended: once(data, 'end') };
}

test('a socket that the last piece of data has stopped goes on', async () => {
  const { peer, state } = stopped();
  expect(await text(readCopy(peer))).toMatch(/^x+$/);
  expect(state).toMatchObject({ stopped: false, destroyed: false });
});

test('one that was lost meanwhile is left alone, and its reader told', async () => {
  const { peer, state, ended } = stopped();
  peer.destroy();
  const refused = expect(text(readCopy(peer))).rejects.toThrow('lost');
  await ended;
  state.lose();
  await refused;
  expect(state.stopped).toBe(true);
});
