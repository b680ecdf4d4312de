import { builder } from '../../graphql/declare/builder.ts';
import type { taskTypes } from './tables.ts';

export const TaskType = builder.enumType('TaskType', {
  description: 'Whom a task is for.',
  values: {
    PROJECT: { description: 'Work of a project.' },
    PERSONAL: { description: 'A note to oneself: seen by its assignee and its creator only, part of no project.' },
    CLIENT: { description: 'Work of a project that the client has to do or follow.' },
  } satisfies Record<(typeof taskTypes)[number], { description: string }>,
});
