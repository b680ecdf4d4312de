import { builder } from '../../graphql/declare/builder.ts';
import type { milestonePriorities } from './tables.ts';

export const MilestonePriority = builder.enumType('MilestonePriority', {
  description: 'How much a milestone matters.',
  values: {
    LOW: { description: 'Can slip.' },
    MEDIUM: { description: 'As usual.' },
    HIGH: { description: 'Before others.' },
    CRITICAL: { description: 'Must not slip.' },
  } satisfies Record<(typeof milestonePriorities)[number], { description: string }>,
});
