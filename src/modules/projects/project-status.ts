import { builder } from '../../graphql/declare/builder.ts';
import type { projectStatuses } from './tables.ts';

export const ProjectStatus = builder.enumType('ProjectStatus', {
  description: 'How a project stands.',
  values: {
    ACTIVE: { description: 'It is being worked on.' },
    COMPLETED: { description: 'It is done.' },
    SUSPENDED: { description: 'It is on hold.' },
  } satisfies Record<(typeof projectStatuses)[number], { description: string }>,
});
