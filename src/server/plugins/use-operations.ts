import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin, YogaInitialContext } from 'graphql-yoga';
import type { Plans } from '../../graphql/compile/plans.ts';
import { type AnswerHead, Context } from '../../graphql/context.ts';
import type { Execute } from '../../graphql/execute/execute.ts';
import type { Verify } from '../../graphql/execute/execute-change.ts';
import { executeOperation } from '../../graphql/execute/execute-operation.ts';
import { hideSchema } from '../../graphql/execute/hide-schema.ts';
import { requestError } from '../../graphql/execute/mask-error.ts';
import type { Logger } from '../../lib/logger.ts';
import type { KnownDocuments } from '../known-documents.ts';
import { type OnOperation, reportOperation } from '../metrics/operation-done.ts';
import { type AdmissionOptions, admit } from '../request/admit.ts';
import type { Attempt } from '../request/attempt.ts';
import type { OpenedDocument } from '../request/document-gate.ts';
import { type Connected, type GraphHead, type HeadOptions, headOf } from '../request/head.ts';
import { costOf, rateLimitHeaders } from '../request/rate-limit.ts';
import { EventStream } from '../subscriptions/event-stream.ts';
import type { FollowedChanges } from '../subscriptions/followed-changes.ts';
import type { SubscriptionLimits } from '../subscriptions/limits.ts';
import type { Subscriptions } from '../subscriptions/subscriptions.ts';

export interface OperationsOptions extends AdmissionOptions, HeadOptions {
  /** Compiled queries; without them every operation is executed field by field. */
  plans?: Plans;
  /** Called for every payload that a plan made; for tests. */
  verify?: Verify;
  /** Called for every operation that has ended or was refused. */
  onOperation?: OnOperation | undefined;
  /** Records valid documents for the fast path. */
  known?: KnownDocuments;
  /** Runs subscriptions; without it they are refused. */
  subscriptions?: Subscriptions;
  subscriptionLimits: SubscriptionLimits;
  /** Aborts when the server stops: then event streams end. */
  ending: AbortSignal;
  logger: Logger;
}

interface ServerContext {
  req?: Connected;
  res?: { destroy(): unknown };
  /** The subscription that the request has begun. */
  followed?: FollowedChanges;
  /** Set if the fast path handled the request first. */
  attempt?: Attempt;
  /** The head and the document of the request's only operation. */
  head?: GraphHead;
  opened?: OpenedDocument;
  answer?: AnswerHead;
}

const eventStreamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  connection: 'keep-alive',
  'content-encoding': 'none',
};

/** Admits operations and runs them for their tenant and viewer, in transactions. */
export function useOperations(options: OperationsOptions): Plugin<YogaInitialContext & ServerContext, ServerContext> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (given: ExecutionArgs) => {
        const args = { ...given, hideSuggestions: !options.openIntrospection };
        const serverContext = args.contextValue as YogaInitialContext & ServerContext;
        const { request: fetched, req, params, attempt, opened = { registered: false } } = serverContext;
        const head = serverContext.head ?? headOf(fetched, req, options);
        serverContext.head = head;
        const answerOf = (result: ExecutionResult): ExecutionResult => {
          // Without data it failed as a whole, and its HTTP status follows from its code
          if (result.data === undefined) {
            result.errors = result.errors?.map((error) => requestError(error, options.logger));
          }
          const cost = costOf(head, fetched.method, params);
          return cost ? Object.assign(result, { extensions: { ...result.extensions, cost } }) : result;
        };
        if (attempt?.result) return answerOf(attempt.result);
        const done = reportOperation(options.onOperation, args, async (setTenant) => {
          const refusal = attempt?.refusal;
          const admitted = refusal === undefined ? admit(args, head, options, opened) : Promise.reject(refusal);
          const request = await admitted.catch((error: unknown) => {
            const masked = requestError(error, options.logger);
            const requestText = () => JSON.stringify([params.query, params.variables]);
            const namesSchema = error instanceof GraphQLError && !options.openIntrospection;
            throw namesSchema ? hideSchema(masked, requestText) : masked;
          });
          setTenant(request.tenant);
          if (params.query) options.known?.add(params.query, args.document, opened);
          const contextValue = attempt?.context ?? new Context(request);
          serverContext.answer = contextValue.request.answer;
          return executeOperation({ ...args, contextValue }, executeFn as Execute, {
            ...(options.plans && { plans: options.plans }),
            verify: options.verify,
            explain: params.extensions?.plan === true,
          });
        });
        return answerOf(await done);
      });
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(async (args: ExecutionArgs) => {
        const serverContext = args.contextValue as YogaInitialContext & ServerContext;
        const { request: fetched, req, opened = { registered: false } } = serverContext;
        const head = headOf(fetched, req, options);
        try {
          serverContext.followed = await options.subscriptions!.start(args, head, opened, 'sse');
          return serverContext.followed;
        } catch (error) {
          throw requestError(error, options.logger);
        }
      });
    },
    // Yoga's own streams end with `complete` when the server stops, and keep clients that read nothing
    onResultProcess({ serverContext, resultProcessor, setResultProcessor }) {
      const { followed, res } = serverContext as ServerContext;
      if (!followed || !resultProcessor) return;
      setResultProcessor((_result, { Response }) => {
        const { subscriptionLimits: limits, ending } = options;
        const source = new EventStream(followed, { limits, ending, destroy: () => res?.destroy() });
        return new Response(new ReadableStream(source) as never, { headers: eventStreamHeaders });
      }, 'text/event-stream');
    },
    onResponse({ response, serverContext }) {
      const header = serverContext.head?.cookies.header;
      if (header) response.headers.append('set-cookie', header);
      const limits = rateLimitHeaders(serverContext.head?.charge);
      for (const [name, value] of Object.entries(limits)) response.headers.set(name, value);
      if (serverContext.answer?.replayed) response.headers.set('idempotency-replayed', 'true');
    },
  };
}
