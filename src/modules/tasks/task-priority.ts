import { builder } from '../../graphql/declare/builder.ts';
import type { taskPriorities } from './tables.ts';

export const TaskPriority = builder.enumType('TaskPriority', {
  description: 'How much a task matters.',
  values: {
    LOW: { description: 'Can wait.' },
    MEDIUM: { description: 'As usual.' },
    HIGH: { description: 'Before others.' },
    URGENT: { description: 'Before everything else.' },
  } satisfies Record<(typeof taskPriorities)[number], { description: string }>,
});
