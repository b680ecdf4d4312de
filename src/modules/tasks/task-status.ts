import { builder } from '../../graphql/declare/builder.ts';
import type { taskStatuses } from './tables.ts';

export const TaskStatus = builder.enumType('TaskStatus', {
  description: 'The status of a task: a column of the board.',
  values: {
    TODO: { description: 'Not started.' },
    IN_PROGRESS: { description: 'In progress.' },
    IN_REVIEW: { description: 'Waiting for review.' },
    DONE: { description: 'Done.' },
  } satisfies Record<(typeof taskStatuses)[number], { description: string }>,
});
