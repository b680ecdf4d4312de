import { toDayNumber } from '../../lib/days.ts';

/** The groups of an ageing report, by days after the due date. */
const buckets = ['NOT_DUE', 'FROM_1_TO_30', 'FROM_31_TO_60', 'FROM_61_TO_90', 'OVER_90'] as const;

export type AgeingBucket = (typeof buckets)[number];

/** The group of an unpaid invoice on a day. */
export function ageingBucketOf(dueDate: string, day: string): AgeingBucket {
  const late = toDayNumber(day) - toDayNumber(dueDate);
  return buckets[Math.min(Math.max(Math.ceil(late / 30), 0), buckets.length - 1)]!;
}
