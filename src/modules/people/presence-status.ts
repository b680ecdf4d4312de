import { builder } from '../../graphql/declare/builder.ts';
import type { presenceStatuses } from './tables.ts';

export const PresenceStatus = builder.enumType('PresenceStatus', {
  description: 'Whether a person is online.',
  values: {
    ONLINE: { description: 'Active now.' },
    AWAY: { description: 'Connected, but not active.' },
    OFFLINE: { description: 'Not connected.' },
  } satisfies Record<(typeof presenceStatuses)[number], { description: string }>,
});
