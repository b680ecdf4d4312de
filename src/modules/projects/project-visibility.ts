import { builder } from '../../graphql/declare/builder.ts';
import type { projectVisibilities } from './tables.ts';

export const ProjectVisibility = builder.enumType('ProjectVisibility', {
  description: 'The visibility of a project.',
  values: {
    ORGANIZATION: {
      description: 'All members of the organization; a CONSULTANT only if it leads the project or is assigned to it.',
    },
    MEMBERS: { description: 'Its manager, the people assigned to it, and whoever has project:read-all.' },
  } satisfies Record<(typeof projectVisibilities)[number], { description: string }>,
});
