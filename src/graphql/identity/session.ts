import type { OwnSession } from '../../identity/list-sessions.ts';
import { builder } from '../declare/builder.ts';
import { catalogId } from './ids.ts';

interface SessionShape extends OwnSession {
  isCurrent: boolean;
}

export const Session = builder.objectRef<SessionShape>('Session').implement({
  description: 'A place where the user is signed in.',
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ id }) => catalogId('Session', id) }),
    deviceName: t.exposeString('deviceName', { nullable: true, description: 'What the user calls the device.' }),
    ipAddress: t.exposeString('ipAddress', { nullable: true, description: 'Where the sign-in came from.' }),
    isCurrent: t.exposeBoolean('isCurrent', { description: 'Whether this request belongs to it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the user signed in.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', description: 'When it was last refreshed.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends unless it is refreshed before.' }),
  }),
});
