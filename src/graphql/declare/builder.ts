import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import DrizzlePlugin from '@pothos/plugin-drizzle';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import ValidationPlugin from '@pothos/plugin-validation';
import { getTableConfig } from 'drizzle-orm/pg-core';
import { rowRuleOf, type TableName } from '../../access/row-rules.ts';
import { byRights } from '../../access/tracked-viewer.ts';
import type { Permission } from '../../identity/permissions.ts';
import { AppError } from '../../lib/errors.ts';
import { toIssues } from '../../lib/input.ts';
import { type Relations, relations } from '../../relations.ts';
import { type Context, noViewer } from '../context.ts';
import { complexityOptions } from '../limits/complexity.ts';
import { pageSizes } from '../limits/sizes.ts';
import { connectionRowsPluginName } from './aggregate/connection-rows.ts';
import { cursorPluginName } from './cursor-plugin.ts';
import { decodeGlobalId, encodeGlobalId } from './global-id.ts';
import { boundsPluginName } from './input-bounds.ts';
import { relativeOperandsPluginName } from './relative-operands-plugin.ts';
import { relayDescriptions } from './relay-descriptions.ts';

interface GraphTypes {
  Context: Context;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
  DrizzleRelations: Relations;
  AuthScopes: { signedIn: boolean; member: boolean; permission: Permission; reads: TableName };
  Scalars: {
    Currency: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    Decimal: { Input: string; Output: string | number };
    EmailAddress: { Input: string; Output: string };
    HexColorCode: { Input: string; Output: string };
    ID: { Input: string; Output: string | number };
    JSONObject: { Input: Record<string, unknown>; Output: Record<string, unknown> };
    LocalDate: { Input: string; Output: string };
    URL: { Input: URL; Output: URL | string };
    UUID: { Input: string; Output: string };
  };
}

/** The types of the graph's builder, for functions that take its refs. */
export type SchemaTypes = PothosSchemaTypes.ExtendDefaultTypes<GraphTypes>;

/** The builder defines no types: each type is declared beside its queries, in its module. */
export const builder = new SchemaBuilder<GraphTypes>({
  plugins: [
    ScopeAuthPlugin,
    ComplexityPlugin,
    RelayPlugin,
    relativeOperandsPluginName,
    cursorPluginName,
    connectionRowsPluginName,
    boundsPluginName,
    DrizzlePlugin,
    ValidationPlugin,
  ],
  defaultFieldNullability: false,
  drizzle: {
    client: (ctx) => ctx.db as never,
    getTableConfig,
    relations,
    defaultConnectionSize: pageSizes.default,
    maxConnectionSize: pageSizes.max,
  },
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    nodesOnConnection: relayDescriptions.nodesFieldOptions,
    encodeGlobalID: encodeGlobalId,
    decodeGlobalID: decodeGlobalId,
    ...relayDescriptions,
    mutationInputArgOptions: { description: 'The input of the mutation.' },
    nodeQueryOptions: false,
    nodesQueryOptions: false,
  },
  scopeAuth: {
    treatErrorsAsUnauthorized: false,
    authScopes: (ctx) => ({
      signedIn: ctx.request.account !== undefined || ctx.request.viewer !== undefined,
      member: ctx.request.viewer !== undefined,
      permission: (permission) => ctx.viewer.permissions.has(permission),
      // A list is refused to viewers who can see no row of its table; an empty answer would look like an empty table
      reads: (table) =>
        ctx.request.viewer !== undefined &&
        byRights(ctx.request.viewer, (viewer) => rowRuleOf(table, viewer)) !== 'none',
    }),
    unauthorizedError: (_parent, { request }) =>
      request.viewer ? new AppError('FORBIDDEN', 'You do not have the permission for this') : noViewer(request),
  },
  complexity: complexityOptions,
  validation: {
    validationError: ({ issues }) =>
      new AppError('BAD_INPUT', issues.map((issue) => issue.message).join('; '), { issues: toIssues(issues) }),
  },
});

builder.queryType({ description: 'Everything that can be read. One operation reads one snapshot of the data.' });
builder.subscriptionType({
  description:
    'Everything that can be subscribed to, over server-sent events (send the operation with `accept: ' +
    'text/event-stream`) or WebSocket (graphql-transport-ws). Each result is read like a query, with the same permissions.',
});
builder.mutationType({
  description: 'Everything that can be changed. Each root field is one transaction; an error under it rolls it back.',
});
