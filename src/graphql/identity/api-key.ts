import type { ApiKey as ApiKeyShape } from '../../identity/create-api-key.ts';
import { createApiKey, revokeApiKey } from '../../identity/create-api-key.ts';
import { listApiKeys } from '../../identity/list-open-entries.ts';
import { isPermission } from '../../identity/permissions.ts';
import { builder } from '../declare/builder.ts';
import { defineCatalogMutation, originOf } from './catalog-mutation.ts';
import { catalogId, uuidOf } from './ids.ts';
import { Permission } from './permission.ts';

const ApiKey = builder.objectRef<ApiKeyShape>('ApiKey').implement({
  description: 'A key for a program that acts for the member who made it.',
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ id }) => catalogId('ApiKey', id) }),
    name: t.exposeString('name', { description: 'What it is for.' }),
    prefix: t.exposeString('prefix', { description: 'The part of the key that is no secret.' }),
    scopes: t.field({
      type: [Permission],
      description: 'What it may do at most; never more than the member may.',
      resolve: ({ scopes }) => scopes.filter(isPermission),
    }),
    persistedOnly: t.exposeBoolean('persistedOnly', {
      description: 'Whether it may only send documents that were registered before.',
    }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true, description: 'Last use, to the minute.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true, description: 'When it ends by itself.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
});

builder.queryField('apiKeys', (t) =>
  t.field({
    type: [ApiKey],
    authScopes: { permission: 'organization:manage' },
    description: 'The keys that have not been revoked, the newest first, at most 200. Needs organization:manage.',
    resolve: (_root, _args, ctx) => listApiKeys(ctx.services.identity, ctx.viewer),
  }),
);

defineCatalogMutation('createApiKey', {
  description: 'Makes a key for a program. Needs organization:manage, and every scope that is given.',
  caller: 'member',
  input: (t) => ({
    name: t.string({ required: true, description: 'What it is for.' }),
    scopes: t.field({ type: [Permission], required: true, description: 'What it may do at most.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it ends by itself.' }),
    persistedOnly: t.boolean({ description: 'Whether it may only send documents that were registered before.' }),
  }),
  run: (ctx, input) => createApiKey(ctx.services.identity, ctx.viewer, input, originOf(ctx)),
  payload: (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKey, description: 'The key as lists show it.' }),
    key: t.exposeString('key', { description: 'The key itself. It is shown here and never again.' }),
  }),
});

defineCatalogMutation('revokeApiKey', {
  description:
    'Ends a key: of the organization with organization:manage, else one of the user’s own, in whichever organization.',
  caller: 'signedIn',
  input: (t) => ({ apiKeyId: t.globalID({ required: true, description: 'Which key.' }) }),
  run: async (ctx, { apiKeyId }) => {
    const id = uuidOf(apiKeyId, 'ApiKey', 'input.apiKeyId');
    const { viewer, account } = ctx.scope;
    await revokeApiKey(ctx.services.identity, viewer ?? account!, id, originOf(ctx));
    return { id };
  },
  payload: (t) => ({
    apiKeyId: t.id({ description: 'The id of the key that ended.', resolve: ({ id }) => catalogId('ApiKey', id) }),
  }),
});
