import { builder } from '../../graphql/declare/builder.ts';
import type { taskStatuses } from './tables.ts';

export const TaskStatus = builder.enumType('TaskStatus', {
  description: 'How far a task is: a column of the board.',
  values: {
    TODO: { description: 'Not begun.' },
    IN_PROGRESS: { description: 'Somebody works on it.' },
    IN_REVIEW: { description: 'Done, and to be checked.' },
    DONE: { description: 'Done.' },
  } satisfies Record<(typeof taskStatuses)[number], { description: string }>,
});
