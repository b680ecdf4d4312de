import { builder } from '../../graphql/declare/builder.ts';
import type { deliverableStatuses } from './tables.ts';

export const DeliverableStatus = builder.enumType('DeliverableStatus', {
  description:
    'How far a deliverable is: draft, submitted, then accepted or rejected; a rejected one is submitted again.',
  values: {
    DRAFT: { description: 'In the making.' },
    SUBMITTED: { description: 'Handed to the client, who decides.' },
    ACCEPTED: { description: 'Accepted: final.' },
    REJECTED: { description: 'Sent back.' },
  } satisfies Record<(typeof deliverableStatuses)[number], { description: string }>,
});
