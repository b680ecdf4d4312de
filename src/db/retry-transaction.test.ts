import postgres from 'postgres';
import { expect, it } from 'vitest';
import { type Attempt, attemptAfter, firstAttempt, retryTransaction } from './retry-transaction.ts';

const stale = Object.assign(new postgres.PostgresError('cached plan must not change result type'), {
  code: '0A000',
  routine: 'RevalidateCachedQuery',
});
const moving = new Error('moved');
const afterMove = async (error: unknown) => (error === moving ? 'new place' : undefined);

/** Answers the attempts in turn: throws errors, returns everything else. */
function attempts(...outcomes: unknown[]) {
  const made: Attempt<string>[] = [];
  const attempt = async (how: Attempt<string>) => {
    made.push(how);
    const outcome = outcomes[made.length - 1];
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  return { made, attempt };
}

it('runs a transaction once if nothing fails', async () => {
  const { made, attempt } = attempts('done');
  expect(await retryTransaction(attempt, afterMove)).toBe('done');
  expect(made).toEqual([{ fresh: false, moved: undefined }]);
});

it('parses the statements again after one was stale, once', async () => {
  const { made, attempt } = attempts(stale, 'done');
  expect(await retryTransaction(attempt)).toBe('done');
  expect(made.map(({ fresh }) => fresh)).toEqual([false, true]);
  const twice = attempts(stale, stale, 'done');
  await expect(retryTransaction(twice.attempt, afterMove)).rejects.toBe(stale);
  expect(twice.made).toHaveLength(2);
});

it('goes to the new place after a move, where a statement may be stale too', async () => {
  const { made, attempt } = attempts(stale, moving, stale, 'done');
  expect(await retryTransaction(attempt, afterMove)).toBe('done');
  expect(made).toEqual([
    { fresh: false, moved: undefined },
    { fresh: true, moved: undefined },
    { fresh: false, moved: 'new place' },
    { fresh: true, moved: 'new place' },
  ]);
});

it('follows a tenant once', async () => {
  const { made, attempt } = attempts(moving, moving, 'done');
  await expect(retryTransaction(attempt, afterMove)).rejects.toBe(moving);
  expect(made).toHaveLength(2);
});

it('throws other errors at once, including those from before the transaction', async () => {
  const { made, attempt } = attempts(new Error('other'));
  await expect(retryTransaction(attempt, afterMove)).rejects.toThrow('other');
  expect(made).toHaveLength(1);
  const thrower = () => {
    throw new Error('suspended');
  };
  await expect(retryTransaction(thrower, afterMove)).rejects.toThrow('suspended');
});

it('makes another attempt only after an error, and if any of several errors is that of a stale statement', async () => {
  expect(await attemptAfter([], firstAttempt, afterMove)).toBeUndefined();
  expect(await attemptAfter([moving, stale], firstAttempt)).toEqual({ fresh: true, moved: undefined });
});
