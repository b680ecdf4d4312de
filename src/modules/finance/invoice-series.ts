import { z } from 'zod';
import { getVisible } from '../../access/visible-rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { dayIn } from '../../lib/days.ts';
import { AppError } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { defineResource } from '../events/resource.ts';
import { readableSeries } from './policy.ts';
import { invoiceSeries } from './tables.ts';

const mostNumber = 99_999_999;
const numbering = ['prefix', 'digits', 'nextNumber'] as const;

export const InvoiceSeries = defineResource('invoiceSeries', {
  name: 'InvoiceSeries',
  noun: 'series',
  nouns: 'series',
  description: 'A series of invoices, whose numbers have no gaps and whose issue dates never go backwards.',
  module: 'finance',
  read: readableSeries,
  write: 'invoice:issue',
  fields: {
    name: { description: 'Name; unique regardless of case.', personal: false },
    prefix: {
      description: 'What all its numbers begin with, such as `F2026-`; it does not end in a digit, and is unique.',
      max: 12,
      check: z
        .string()
        .regex(/^[A-Za-z0-9+\-_/]{0,11}[A-Za-z+\-_/]$/, 'has 1 to 12 letters, digits, +, -, _ or /, and no digit last'),
      personal: false,
    },
    digits: { description: 'Digits of a number at least; shorter ones get zeros in front.', min: 1, max: 8 },
    nextNumber: { description: 'The next number.', min: 1, max: mostNumber },
    lastIssueDate: 'The date of its last invoice; null without one.',
  },
  order: { name: 'asc' },
  list: 'The series of invoices.',
  create: { writes: ['name', ...numbering] },
  update: {
    description:
      'Changes a series. Its prefix, digits and next number are fixed once an invoice is issued (INVALID_STATE).',
    writes: ['name', ...numbering],
    before: ({ current, next }) => {
      const changed = numbering.find((column) => current[column] !== next[column]);
      if (!current.lastIssueDate || !changed) return;
      throw new AppError('INVALID_STATE', 'This series has invoices', { field: `input.${changed}` });
    },
  },
  upsert: 100,
  delete: { inUse: 'This series has invoices' },
});

/**
 * Takes the next number of a series, for an invoice with the given date, or else with today's. The series is locked
 * until the transaction ends and is rolled back with it, so its numbers have no gaps. Throws NOT_FOUND, and BAD_INPUT
 * for a date before that of the last invoice.
 */
export async function takeNumber(
  tx: TenantTx,
  viewer: Viewer,
  seriesId: string,
  given: string | null,
): Promise<{ number: string; issueDate: string }> {
  await getVisible(tx, viewer, invoiceSeries, seriesId, 'InvoiceSeries', 'input.seriesId');
  let taken = { number: '', issueDate: '' };
  await InvoiceSeries.change(tx, viewer, { id: seriesId }, 'advanced', ({ current }) => {
    const { prefix, digits, nextNumber, lastIssueDate } = current;
    // The day may have changed while the lock was waited for
    const issueDate = given ?? dayIn(tx.timeZone);
    if (lastIssueDate && issueDate < lastIssueDate)
      throw new AppError('BAD_INPUT', `The last invoice of this series is dated ${lastIssueDate}`, {
        field: 'input.issueDate',
      });
    if (nextNumber > mostNumber)
      throw new AppError('CODE_EXHAUSTED', 'This series has no numbers left', { field: 'input.seriesId' });
    taken = { number: `${prefix}${String(nextNumber).padStart(digits, '0')}`, issueDate };
    return { nextNumber: nextNumber + 1, lastIssueDate: issueDate };
  });
  return taken;
}
