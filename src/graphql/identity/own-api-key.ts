import type { OwnApiKey as OwnApiKeyShape } from '../../identity/own-api-keys.ts';
import { builder } from '../declare/builder.ts';
import { catalogId } from './ids.ts';

export const OwnApiKey = builder.objectRef<OwnApiKeyShape>('OwnApiKey').implement({
  description: 'An API key that acts for the user, in whichever organization.',
  fields: (t) => ({
    id: t.id({ description: 'The global id, for revokeApiKey.', resolve: ({ id }) => catalogId('ApiKey', id) }),
    name: t.exposeString('name', { description: 'What it is for.' }),
    prefix: t.exposeString('prefix', { description: 'The part of the key that is no secret.' }),
    organizationId: t.id({
      description: 'The organization that it works in.',
      resolve: ({ organizationId }) => catalogId('Organization', organizationId),
    }),
    organizationName: t.exposeString('organizationName', { description: 'The name of that organization.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'Last use, to the minute.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'When it ends by itself.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});
