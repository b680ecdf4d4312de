import { builder } from '../../graphql/declare/builder.ts';
import type { taskPriorities } from './tables.ts';

export const TaskPriority = builder.enumType('TaskPriority', {
  description: 'The priority of a task.',
  values: {
    LOW: { description: 'Can wait.' },
    MEDIUM: { description: 'Normal.' },
    HIGH: { description: 'More important than most.' },
    URGENT: { description: 'Most important.' },
  } satisfies Record<(typeof taskPriorities)[number], { description: string }>,
});
