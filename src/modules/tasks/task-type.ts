import { builder } from '../../graphql/declare/builder.ts';
import type { taskTypes } from './tables.ts';

export const TaskType = builder.enumType('TaskType', {
  description: 'The type of a task.',
  values: {
    PROJECT: { description: 'Work of a project.' },
    PERSONAL: { description: 'A task without a project that only its assignee and its creator see.' },
    CLIENT: { description: 'Work of a project that the client does or follows.' },
  } satisfies Record<(typeof taskTypes)[number], { description: string }>,
});
