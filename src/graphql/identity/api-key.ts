import type { ApiKey as ApiKeyShape } from '../../identity/create-api-key.ts';
import { createApiKey, revokeApiKey } from '../../identity/create-api-key.ts';
import { listApiKeys } from '../../identity/list-open-entries.ts';
import { isPermission } from '../../identity/permissions.ts';
import { rotateApiKey } from '../../identity/rotate-api-key.ts';
import { setKeyLimit } from '../../identity/set-key-limit.ts';
import type { KeyLimit } from '../../identity/viewer.ts';
import { builder } from '../declare/builder.ts';
import { defineCatalogMutation, originOf } from './catalog-mutation.ts';
import { catalogId, uuidOf } from './ids.ts';
import { Permission } from './permission.ts';

const ApiKeyLimit = builder.objectRef<KeyLimit>('ApiKeyLimit').implement({
  description: 'How much a key may ask for, in points: see extensions.cost.',
  fields: (t) => ({
    points: t.exposeInt('points', { description: 'The points that it can spend at once.' }),
    restoreRate: t.exposeInt('restoreRate', { description: 'The points that it gets back each second.' }),
  }),
});

const ApiKeyLimitInput = builder.inputType('ApiKeyLimitInput', {
  description: 'How much a key may ask for, in points: see extensions.cost.',
  fields: (t) => ({
    points: t.int({ required: true, description: 'The points that it can spend at once, 1 to 10000000.' }),
    restoreRate: t.int({ required: true, description: 'The points that it gets back each second, 1 to 1000000.' }),
  }),
});

const ApiKey = builder.objectRef<ApiKeyShape>('ApiKey').implement({
  description: 'A key for a program that acts for the member who created it.',
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ id }) => catalogId('ApiKey', id) }),
    name: t.exposeString('name', { description: 'Its name.' }),
    prefix: t.exposeString('prefix', { description: 'The public part of the key.' }),
    scopes: t.field({
      type: [Permission],
      description: 'The permissions that it may use, as long as the member has them too.',
      resolve: ({ scopes }) => scopes.filter(isPermission),
    }),
    persistedOnly: t.exposeBoolean('persistedOnly', {
      description: 'Whether it may only send documents that were registered before.',
    }),
    limit: t.field({
      type: ApiKeyLimit,
      nullable: true,
      description: 'Its own limit; null if the installation’s limit applies.',
      resolve: ({ points, restoreRate }) => (points !== null && restoreRate !== null ? { points, restoreRate } : null),
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Time of its last use, to the minute; null if never used.',
    }),
    lastUsedFrom: t.exposeString('lastUsedFrom', {
      nullable: true,
      description: 'The network address of that use; null if it is not known.',
    }),
    previousSecretUntil: t.expose('previousSecretUntil', {
      type: 'DateTime',
      nullable: true,
      description: 'Until when the secret before the last rotation is accepted; null if the key was not rotated.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it expires; null for never.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
  }),
});

builder.queryField('apiKeys', (t) =>
  t.field({
    type: [ApiKey],
    authScopes: { permission: 'organization:manage' },
    description: 'The keys that are not revoked, newest first, at most 200. Needs organization:manage.',
    resolve: (_root, _args, ctx) => listApiKeys(ctx.services.identity, ctx.viewer),
  }),
);

defineCatalogMutation('createApiKey', {
  description: 'Creates a key for a program. Needs organization:manage, and every given scope.',
  caller: 'member',
  input: (t) => ({
    name: t.string({ required: true, description: 'Its name.' }),
    scopes: t.field({ type: [Permission], required: true, description: 'The permissions that it may use.' }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it expires; never by default.' }),
    persistedOnly: t.boolean({ description: 'Whether it may only send documents that were registered before.' }),
    limit: t.field({ type: ApiKeyLimitInput, description: 'Its own limit; the installation’s limit by default.' }),
  }),
  run: (ctx, input) => createApiKey(ctx.services.identity, ctx.viewer, input, originOf(ctx)),
  payload: (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKey, description: 'The new key, as in lists.' }),
    key: t.exposeString('key', { description: 'The secret key. It is shown only here.' }),
  }),
});

defineCatalogMutation('setApiKeyLimit', {
  description: 'Changes how much a key may ask for. Needs organization:manage.',
  caller: 'member',
  input: (t) => ({
    apiKeyId: t.globalID({ required: true, description: 'The key.' }),
    limit: t.field({ type: ApiKeyLimitInput, description: 'Its own limit; the installation’s limit by default.' }),
  }),
  run: async (ctx, { apiKeyId, limit }) => {
    const id = uuidOf(apiKeyId, 'ApiKey', 'input.apiKeyId');
    return { apiKey: await setKeyLimit(ctx.services.identity, ctx.viewer, { apiKeyId: id, limit }, originOf(ctx)) };
  },
  payload: (t) => ({ apiKey: t.expose('apiKey', { type: ApiKey, description: 'The changed key.' }) }),
});

defineCatalogMutation('rotateApiKey', {
  description:
    'Gives one of the user’s own keys a new secret, and accepts the old one until the overlap ends, so that programs can be ' +
    'changed one by one. Rotate again to end an overlap. Needs organization:manage, and every scope of the key.',
  caller: 'member',
  input: (t) => ({
    apiKeyId: t.globalID({ required: true, description: 'The key.' }),
    overlapMinutes: t.int({
      description: 'For how many minutes the old secret is accepted, 0 to 43200; a day by default.',
    }),
  }),
  run: (ctx, { apiKeyId, overlapMinutes }) => {
    const id = uuidOf(apiKeyId, 'ApiKey', 'input.apiKeyId');
    return rotateApiKey(ctx.services.identity, ctx.viewer, { apiKeyId: id, overlapMinutes }, originOf(ctx));
  },
  payload: (t) => ({
    apiKey: t.expose('apiKey', { type: ApiKey, description: 'The key, as in lists.' }),
    key: t.exposeString('key', { description: 'The key with its new secret. It is shown only here.' }),
  }),
});

defineCatalogMutation('revokeApiKey', {
  description:
    'Revokes a key: any of the organization with organization:manage, otherwise one of the user’s own, in any organization.',
  caller: 'signedIn',
  input: (t) => ({ apiKeyId: t.globalID({ required: true, description: 'The key.' }) }),
  run: async (ctx, { apiKeyId }) => {
    const id = uuidOf(apiKeyId, 'ApiKey', 'input.apiKeyId');
    const { viewer, account } = ctx.request;
    await revokeApiKey(ctx.services.identity, viewer ?? account!, id, originOf(ctx));
    return { id };
  },
  payload: (t) => ({
    apiKeyId: t.id({ description: 'The id of the revoked key.', resolve: ({ id }) => catalogId('ApiKey', id) }),
  }),
});
