import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { type CORSOptions, createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { JSONWebKeySet } from 'jose';
import { maskError } from '../graphql/execute/mask-error.ts';
import type { Identity } from '../identity/identity.ts';
import type { Explorer } from './explorer.ts';
import { byDocument } from './known-documents.ts';
import { useDocumentRules } from './plugins/use-document-rules.ts';
import { useHealth } from './plugins/use-health.ts';
import { useJwks } from './plugins/use-jwks.ts';
import { type OperationsOptions, useOperations } from './plugins/use-operations.ts';
import { useOrganizationDatabase } from './plugins/use-organization-database.ts';
import { type RequestRulesOptions, useRequestRules } from './plugins/use-request-rules.ts';

export interface YogaOptions extends OperationsOptions, RequestRulesOptions {
  identity: Identity;
  schema: GraphQLSchema;
  explorer: Explorer;
  publicKeys(): Promise<JSONWebKeySet>;
  ready(): Promise<boolean>;
  corsOrigins: readonly string[];
  maxBodyBytes: number;
}

export type Yoga = YogaServerInstance<object, object>;

/** `/graphql` of every tenant, with or without its path prefix. */
const endpoint = '{/t/:slug}?/graphql';
const requestHeaders = [
  'authorization',
  'content-type',
  'x-tenant',
  'x-chantier-csrf',
  'idempotency-key',
  'chantier-after',
];

/** What is no document is read again each time: its error holds on to all that was being done when it was found. */
const noErrors = { get: () => undefined, set: () => {} };

/** Yoga would answer `null` to an origin that is not listed, and that is what a sandboxed page is called. */
function corsOf({ headers }: Request, origins: readonly string[]): CORSOptions {
  const origin = headers.get('origin');
  if (origin === null || !origins.includes(origin)) return false;
  return {
    origin,
    credentials: true,
    methods: ['GET', 'POST', 'PUT'],
    allowedHeaders: requestHeaders,
    exposedHeaders: ['retry-after'],
    maxAge: 600,
  };
}

/** The HTTP side of the graph, as one fetch handler: tests call it without a socket. */
export function createGraphServer(options: YogaOptions): Yoga {
  const { schema, explorer, corsOrigins, logger } = options;
  return createYoga({
    schema,
    graphqlEndpoint: endpoint,
    landingPage: false,
    multipart: false,
    batching: false,
    logging: false,
    healthCheckEndpoint: '/health/yoga',
    parserAndValidationCache: {
      documentCache: byDocument<DocumentNode>(),
      errorCache: noErrors,
      // Those that are valid are remembered by useDocumentRules; the errors of others take a thousand times their length
      validationCache: false,
    },
    maxRequestBodySize: options.maxBodyBytes,
    maskedErrors: { maskError: (error) => maskError(error, logger) },
    renderGraphiQL,
    graphiql: (request) => explorer.page(request),
    cors: (request) => corsOf(request, corsOrigins),
    plugins: [
      useHealth(options),
      useJwks(options.publicKeys),
      useOrganizationDatabase(options),
      useRequestRules(options),
      useDocumentRules(options),
      useOperations(options),
    ],
  });
}
