import { type ExecutionArgs, GraphQLError } from 'graphql';
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
import { type Connected, type GraphHead, type HeadOptions, headOf } from '../request/head.ts';

export interface OperationsOptions extends AdmissionOptions, HeadOptions {
  /** Compiled queries; without them every operation is executed field by field. */
  plans?: Plans;
  /** Told of every payload that a plan made: for tests. */
  verify?: Verify;
  /** Told of every operation that was admitted, once it has ended. */
  onOperation?: OnOperation | undefined;
  /** Where documents are noted that were found valid, for who serves them without being asked again. */
  known?: KnownDocuments;
  logger: Logger;
}

interface ServerContext {
  req?: Connected;
  /** From the fast path, where it took the request first. */
  attempt?: Attempt;
  /** Of the one operation that the request holds. */
  head?: GraphHead;
  answer?: AnswerHead;
}

/** Runs operations in their tenant, as their viewer, in their transactions. Refuses the too costly before anything. */
export function useOperations(options: OperationsOptions): Plugin<YogaInitialContext & ServerContext, ServerContext> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (given: ExecutionArgs) => {
        const args = { ...given, hideSuggestions: !options.openIntrospection };
        const serverContext = args.contextValue as YogaInitialContext & ServerContext;
        const { request, req, params, attempt } = serverContext;
        if (attempt?.result) return attempt.result;
        const head = headOf(request, req, options);
        serverContext.head = head;
        return reportOperation(options.onOperation, args, async (setTenant) => {
          const scope = await admit(args, head, options).catch((error: unknown) => {
            const refusal = requestError(error, options.logger);
            const asked = () => JSON.stringify([params.query, params.variables]);
            const isGraphs = error instanceof GraphQLError && !options.openIntrospection;
            throw isGraphs ? hideSchema(refusal, asked) : refusal;
          });
          setTenant(scope.tenant);
          if (params.query) options.known?.add(params.query, args.document);
          const contextValue = attempt?.context ?? new Context(scope);
          serverContext.answer = contextValue.scope.answer;
          return executeOperation({ ...args, contextValue }, executeFn as Execute, {
            ...(options.plans && { plans: options.plans }),
            verify: options.verify,
            explain: params.extensions?.plan === true,
          });
        });
      });
    },
    onResponse({ response, serverContext }) {
      const header = serverContext.head?.cookies.header;
      if (header) response.headers.append('set-cookie', header);
      if (serverContext.answer?.replayed) response.headers.set('idempotency-replayed', 'true');
    },
  };
}
