import { expect, it } from 'vitest';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { watchRights } from './watch-rights.ts';

const viewer = {
  membershipId: 'one',
  role: 'MANAGER',
  permissions: new Set(['task:read', 'cost:read']),
  modules: new Set(['finance']),
} as unknown as Viewer;

/** Whether the watch ends, when these senders are found one after the other. */
async function endedBy(found: readonly (() => Viewer | undefined)[]): Promise<unknown> {
  const rounds: (() => void)[] = [];
  const left = [...found];
  let ended: unknown = 'never';
  using _watch = watchRights({
    viewer,
    authenticate: async () => ({ viewer: left.shift()!() }),
    onEnd: (error) => (ended = error),
    wheel: {
      within: (call) => {
        rounds.push(call);
        return () => {};
      },
    },
  });
  for (const _ of found) {
    rounds.shift()?.();
    await new Promise(setImmediate);
  }
  return ended instanceof AppError ? ended.code : ended;
}

const has = (change: Partial<Viewer>) => () => ({ ...viewer, ...change });

it('ends with the membership, the session or the key, and with any right', async () => {
  const refused = () => {
    throw new AppError('SESSION_REVOKED', 'The session has ended');
  };
  expect(await endedBy([has({}), refused])).toBe('SESSION_REVOKED');
  expect(await endedBy([() => undefined])).toBe('FORBIDDEN');
  expect(await endedBy([has({}), has({ role: 'CONSULTANT' })])).toBe('FORBIDDEN');
  expect(await endedBy([has({ permissions: new Set(['task:read']) as never })])).toBe('FORBIDDEN');
  expect(await endedBy([has({ modules: new Set() })])).toBe('FORBIDDEN');
  expect(await endedBy([has({ membershipId: 'another' })])).toBe('FORBIDDEN');
});

it('goes on while nothing is taken away', async () => {
  const more = has({ permissions: new Set(['task:read', 'cost:read', 'time:read']) as never });
  expect(await endedBy([has({}), more, has({})])).toBe('never');
});
