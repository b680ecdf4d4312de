import type { OwnApiKey as OwnApiKeyShape } from '../../identity/own-api-keys.ts';
import { builder } from '../declare/builder.ts';
import { catalogId } from './ids.ts';

export const OwnApiKey = builder.objectRef<OwnApiKeyShape>('OwnApiKey').implement({
  description: 'An API key that acts for the user, in any organization.',
  fields: (t) => ({
    id: t.id({ description: 'The global id, for revokeApiKey.', resolve: ({ id }) => catalogId('ApiKey', id) }),
    name: t.exposeString('name', { description: 'Its name.' }),
    prefix: t.exposeString('prefix', { description: 'The public part of the key.' }),
    organizationId: t.id({
      description: 'The organization of the key.',
      resolve: ({ organizationId }) => catalogId('Organization', organizationId),
    }),
    organizationName: t.exposeString('organizationName', { description: 'The name of that organization.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of its last use, to the minute; null if never used.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it expires; null for never.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
  }),
});
