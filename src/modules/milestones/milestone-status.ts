import { builder } from '../../graphql/declare/builder.ts';
import type { milestoneStatuses } from './tables.ts';

export const MilestoneStatus = builder.enumType('MilestoneStatus', {
  description: 'How a milestone stands.',
  values: {
    NOT_STARTED: { description: 'Not begun.' },
    IN_PROGRESS: { description: 'Under way.' },
    COMPLETED: { description: 'Reached.' },
    ON_HOLD: { description: 'Put aside for now.' },
  } satisfies Record<(typeof milestoneStatuses)[number], { description: string }>,
});
