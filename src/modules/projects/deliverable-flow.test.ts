import { describe, expect, it } from 'vitest';
import { requireStep, stepOf } from './deliverable-flow.ts';
import { deliverableStatuses } from './tables.ts';

const possible = new Set([
  'DRAFT SUBMITTED',
  'SUBMITTED DRAFT',
  'SUBMITTED ACCEPTED',
  'SUBMITTED REJECTED',
  'REJECTED DRAFT',
  'REJECTED SUBMITTED',
]);
const steps = deliverableStatuses.flatMap((from) => deliverableStatuses.map((to) => [from, to] as const));

describe('the flow of a deliverable', () => {
  it.each(steps)('from %s to %s', (from, to) => {
    const step = () => requireStep(from, to);
    if (possible.has(`${from} ${to}`)) expect(step).not.toThrow();
    else expect(step).toThrow(`from ${from} to ${to}`);
  });

  it('keeps the time of submission, and clears the decision when it is submitted again', () => {
    const now = new Date();
    expect(stepOf('REJECTED', 'too late', now)).toEqual({
      status: 'REJECTED',
      decidedAt: now,
      decisionNote: 'too late',
    });
    expect(stepOf('SUBMITTED', 'ignored', now)).toEqual({
      status: 'SUBMITTED',
      submittedAt: now,
      decidedAt: null,
      decisionNote: null,
    });
  });
});
