import type { DocumentNode, GraphQLSchema } from 'graphql';
import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import { maskError } from '../graphql/execute/mask-error.ts';
import type { Cors } from './cors.ts';
import type { ParamsOptions } from './graph-params.ts';
import { byDocument } from './known-documents.ts';
import { useDocumentRules } from './plugins/use-document-rules.ts';
import { useGraphParams } from './plugins/use-graph-params.ts';
import { type OperationsOptions, useOperations } from './plugins/use-operations.ts';
import { useRequestRules } from './plugins/use-request-rules.ts';
import type { Attempt } from './request/attempt.ts';
import type { DocumentGate } from './request/document-gate.ts';
import type { RequestRulesOptions } from './request/rules.ts';
import type { Turns } from './request/turns.ts';

export interface YogaOptions extends OperationsOptions, RequestRulesOptions, ParamsOptions {
  schema: GraphQLSchema;
  cors: Cors;
  gate: DocumentGate;
  maxBodyBytes: number;
  turns: Turns;
  /** Bytes from which answers are compressed. */
  compressFrom: number;
}

/** The results of the fast path, passed beside Node's request. */
export type YogaContext = { attempt?: Attempt };

export type Yoga = YogaServerInstance<YogaContext, object>;

/** `/graphql` of every tenant, with or without its path prefix. */
const endpoint = '{/t/:slug}?/graphql';
/** Parse errors are not cached: an error keeps everything alive that its stack trace refers to. */
const noErrors = { get: () => undefined, set: () => {} };

/** The HTTP side of the graph, as one fetch handler: tests call it without a socket. */
export function createGraphServer(options: YogaOptions): Yoga {
  const { schema, logger } = options;
  return createYoga<YogaContext>({
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
      // useDocumentRules remembers valid documents; the errors of invalid ones take a thousand times their length
      validationCache: false,
    },
    // useGraphParams reads bodies, up to the limit
    maxRequestBodySize: false,
    maskedErrors: { maskError: (error) => maskError(error, logger) },
    graphiql: false,
    // useRequestRules adds the headers. Yoga would answer an unlisted origin with `null`, the origin of sandboxed pages
    cors: false,
    plugins: [useRequestRules(options), useGraphParams(options), useDocumentRules(options), useOperations(options)],
  });
}
