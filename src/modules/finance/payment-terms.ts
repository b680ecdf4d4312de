import type { monthEndRules } from './tables.ts';

/** The most days to pay between professionals (C. com. L441-10): 60, or 45 with the end of the month. */
export const mostDays = ({ monthEnd }: { monthEnd: (typeof monthEndRules)[number] }): number =>
  monthEnd === 'NONE' ? 60 : 45;
