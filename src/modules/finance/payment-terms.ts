import { fromDayNumber, toDayNumber } from '../../lib/days.ts';
import type { monthEndRules } from './tables.ts';

export interface PaymentTerms {
  /** Days after the issue date. */
  days: number;
  monthEnd: (typeof monthEndRules)[number];
}

/** The most days between professionals (C. com. L441-10): 60, or 45 with the end of the month. */
export const mostDays = ({ monthEnd }: Pick<PaymentTerms, 'monthEnd'>): number => (monthEnd === 'NONE' ? 60 : 45);

/** The last day on which an invoice of this date is paid in time. */
export function dueDateOf(issueDate: string, { days, monthEnd }: PaymentTerms): string {
  if (monthEnd === 'MONTH_END_THEN_DAYS') return addDays(endOfMonth(issueDate), days);
  const due = addDays(issueDate, days);
  return monthEnd === 'NONE' ? due : endOfMonth(due);
}

const addDays = (day: string, days: number): string => fromDayNumber(toDayNumber(day) + days);

function endOfMonth(day: string): string {
  const [year = 0, month = 0] = day.split('-').map(Number);
  const next =
    month === 12 ? `${String(year + 1).padStart(4, '0')}-01-01` : `${day.slice(0, 5)}${twoDigits(month + 1)}-01`;
  return addDays(next, -1);
}

const twoDigits = (number: number): string => String(number).padStart(2, '0');
