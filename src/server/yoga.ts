import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { JSONWebKeySet } from 'jose';
import { maskError } from '../graphql/mask-error.ts';
import { DocumentCache } from './document-cache.ts';
import type { Explorer } from './explorer.ts';
import { useDocumentRules } from './plugins/use-document-rules.ts';
import { useHealth } from './plugins/use-health.ts';
import { useJwks } from './plugins/use-jwks.ts';
import { type OperationsOptions, useOperations } from './plugins/use-operations.ts';
import { useRequestRules } from './plugins/use-request-rules.ts';

export interface YogaOptions extends OperationsOptions {
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
const requestHeaders = ['authorization', 'content-type', 'x-tenant', 'x-chantier-csrf', 'idempotency-key'];

/** A parsed document takes up to some hundred bytes for each of its characters. */
const keptCharacters = 500_000;

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
      documentCache: new DocumentCache<DocumentNode>(keptCharacters),
      errorCache: new DocumentCache<unknown>(keptCharacters),
    },
    maxRequestBodySize: options.maxBodyBytes,
    maskedErrors: { maskError: (error) => maskError(error, logger) },
    renderGraphiQL,
    graphiql: (request) => explorer.page(request),
    cors: corsOrigins.length
      ? {
          origin: [...corsOrigins],
          credentials: true,
          methods: ['GET', 'POST'],
          allowedHeaders: requestHeaders,
          exposedHeaders: ['retry-after'],
          maxAge: 600,
        }
      : false,
    plugins: [
      useHealth(options),
      useJwks(options.publicKeys),
      useRequestRules(),
      useDocumentRules(options),
      useOperations(options),
    ],
  });
}
