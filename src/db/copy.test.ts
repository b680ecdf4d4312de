import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type CopyPeer, readCopy } from './copy.ts';

/**
 * A connection whose socket was paused by the last piece of data, with the end of the data right behind it. The answer
 * arrives once the socket resumes.
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

test('a socket that the last piece of data has paused is resumed', async () => {
  const { peer, state } = stopped();
  expect(await text(readCopy(peer))).toMatch(/^x+$/);
  expect(state).toMatchObject({ stopped: false, destroyed: false });
});

test('a socket that was lost meanwhile is not touched, and its reader gets the error', async () => {
  const { peer, state, ended } = stopped();
  peer.destroy();
  const refused = expect(text(readCopy(peer))).rejects.toThrow('lost');
  await ended;
  state.lose();
  await refused;
  expect(state.stopped).toBe(true);
});
