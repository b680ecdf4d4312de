import { addMonths } from './periods.ts';

/** Leave is taken until twelve months after the period in which it was acquired, unless it is carried over. */
export const usableUntilOf = (periodEnd: string): string => addMonths(periodEnd, 12);
