import { expect, it } from 'vitest';
import { completionOf } from './completion.ts';

it('sets the time of completion with DONE, clears it on leaving DONE, and keeps it otherwise', () => {
  expect(completionOf('TODO', 'DONE')).toEqual({ status: 'DONE', completedAt: expect.any(Date) });
  expect(completionOf(undefined, 'DONE')).toEqual({ status: 'DONE', completedAt: expect.any(Date) });
  expect(completionOf('DONE', 'IN_REVIEW')).toEqual({ status: 'IN_REVIEW', completedAt: null });
  expect(completionOf('DONE', 'DONE')).toEqual({ status: 'DONE' });
  expect(completionOf('TODO', 'IN_PROGRESS')).toEqual({ status: 'IN_PROGRESS' });
});
