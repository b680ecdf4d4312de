import { expect, it } from 'vitest';
import { Turns } from '../request/turns.ts';
import { Handshakes } from './handshakes.ts';

function paced(handshakes: number, waitingHandshakes: number) {
  const all = new Handshakes({ handshakes, waitingHandshakes, turns: new Turns() });
  const running: (() => void)[] = [];
  const begin = () => all.run('address', () => new Promise<void>((resolve) => running.push(resolve)));
  return { all, running, begin };
}

it('runs a few handshakes at a time, in their order', async () => {
  const { running, begin } = paced(2, 10);
  const all = Array.from({ length: 5 }, begin);
  await expect.poll(() => running.length).toBe(2);
  running[0]!();
  await all[0];
  await expect.poll(() => running.length).toBe(3);
  for (let n = 1; n < 5; n++) {
    await expect.poll(() => running.length).toBeGreaterThan(n);
    running[n]!();
  }
  await Promise.all(all);
});

it('refuses further ones with a time to come back, until there is room', async () => {
  const { all, running, begin } = paced(1, 1);
  const admitted = [begin(), begin()];
  const refused = { code: 'UNAVAILABLE', details: { retryAfter: expect.any(Number) } };
  expect(() => begin()).toThrow(expect.objectContaining(refused));
  expect(() => all.requireRoom()).toThrow(expect.objectContaining(refused));
  for (let n = 0; n < 2; n++) {
    await expect.poll(() => running.length).toBe(n + 1);
    running[n]!();
  }
  await Promise.all(admitted);
  all.requireRoom();
});

it('goes on after a handshake that failed', async () => {
  const { all } = paced(1, 1);
  await expect(all.run('address', () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  expect(await all.run('address', async () => 'in')).toBe('in');
});
