import { builder } from '../../graphql/declare/builder.ts';
import type { presenceStatuses } from './tables.ts';

export const PresenceStatus = builder.enumType('PresenceStatus', {
  description: 'Whether a person can be reached now.',
  values: {
    ONLINE: { description: 'Active now.' },
    AWAY: { description: 'Connected, not active.' },
    OFFLINE: { description: 'Not connected.' },
  } satisfies Record<(typeof presenceStatuses)[number], { description: string }>,
});
