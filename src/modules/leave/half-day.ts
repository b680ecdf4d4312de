import { builder } from '../../graphql/declare/builder.ts';
import type { halfDays } from './tables.ts';

export const HalfDay = builder.enumType('HalfDay', {
  description: 'A half of a day.',
  values: {
    MORNING: { description: 'The morning.' },
    AFTERNOON: { description: 'The afternoon.' },
  } satisfies Record<(typeof halfDays)[number], { description: string }>,
});
