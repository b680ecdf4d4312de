import type { OwnSession } from '../../identity/list-sessions.ts';
import { builder } from '../declare/builder.ts';
import { catalogId } from './ids.ts';

interface SessionShape extends OwnSession {
  isCurrent: boolean;
}

export const Session = builder.objectRef<SessionShape>('Session').implement({
  description: 'A sign-in session of the user.',
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ id }) => catalogId('Session', id) }),
    deviceName: t.exposeString('deviceName', { nullable: true, description: 'The name of the device.' }),
    ipAddress: t.exposeString('ipAddress', { nullable: true, description: 'The IP address of the sign-in.' }),
    isCurrent: t.exposeBoolean('isCurrent', { description: 'Whether it is the session of this request.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the user signed in.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', description: 'When it was last refreshed.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When it expires, unless it is refreshed before.',
    }),
  }),
});
