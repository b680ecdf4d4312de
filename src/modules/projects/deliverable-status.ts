import { builder } from '../../graphql/declare/builder.ts';
import type { deliverableStatuses } from './tables.ts';

export const DeliverableStatus = builder.enumType('DeliverableStatus', {
  description:
    'The status of a deliverable: draft, submitted, then accepted or rejected; a rejected one can be submitted again.',
  values: {
    DRAFT: { description: 'In progress.' },
    SUBMITTED: { description: 'Waiting for the client’s decision.' },
    ACCEPTED: { description: 'Accepted by the client; final.' },
    REJECTED: { description: 'Rejected by the client.' },
  } satisfies Record<(typeof deliverableStatuses)[number], { description: string }>,
});
