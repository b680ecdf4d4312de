import { type ExecutionArgs, GraphQLError } from 'graphql';
import type { Plugin, YogaInitialContext } from 'graphql-yoga';
import type { Plans } from '../../graphql/compile/plans.ts';
import { Context, type RequestScope } from '../../graphql/context.ts';
import type { Execute } from '../../graphql/execute/execute.ts';
import type { Verify } from '../../graphql/execute/execute-change.ts';
import { executeOperation } from '../../graphql/execute/execute-operation.ts';
import { hideSchema } from '../../graphql/execute/hide-schema.ts';
import { requestError } from '../../graphql/execute/mask-error.ts';
import { checkBounds } from '../../graphql/limits/check-bounds.ts';
import { checkCost } from '../../graphql/limits/cost.ts';
import { checkVariables } from '../../graphql/limits/document-limits.ts';
import { introspects, onlyIntrospects } from '../../graphql/limits/introspection.ts';
import { requireModules } from '../../graphql/limits/required-modules.ts';
import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { AddressReader } from '../client-address.ts';
import type { KnownDocuments } from '../known-documents.ts';
import { type OnOperation, telling } from '../metrics/operation-done.ts';
import { RefreshCookie } from '../refresh-cookie.ts';
import type { RequestHead, RequestScopes } from '../request-scopes.ts';

export interface OperationsOptions {
  scopes: RequestScopes;
  /** Compiled queries; without them every operation is executed field by field. */
  plans?: Plans;
  /** Told of every payload that a plan made: for tests. */
  verify?: Verify;
  /** Told of every operation that was admitted, once it has ended. */
  onOperation?: OnOperation | undefined;
  /** Where documents are noted that were found valid, for who serves them without being asked again. */
  known?: KnownDocuments;
  /** Whether anybody may read the schema; else it needs graph:explore. */
  openIntrospection: boolean;
  /** Whether browsers reach us by https. */
  secureCookies: boolean;
  addressOf: AddressReader;
  logger: Logger;
}

export type Socketed = { socket: { remoteAddress?: string } };

interface ServerContext {
  req?: Socketed;
}

/** Runs operations in their tenant, as their viewer, in their transactions. Refuses the too costly before anything. */
export function useOperations(options: OperationsOptions): Plugin<YogaInitialContext & ServerContext> {
  const cookies = new WeakMap<Request, RefreshCookie>();
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (given: ExecutionArgs) => {
        const args = { ...given, hideSuggestions: !options.openIntrospection };
        const { request, req, params } = args.contextValue as YogaInitialContext & ServerContext;
        const done = req && options.known?.takeResult(req);
        if (done) return done;
        const jar = new RefreshCookie(request.headers.get('cookie'), { secure: options.secureCookies });
        cookies.set(request, jar);
        const head = { ...headOf(request, req, options.addressOf), cookies: jar };
        return telling(options.onOperation, args, async (isOf) => {
          const scope = await admit(args, head, options).catch((error: unknown) => {
            const refusal = requestError(error, options.logger);
            const asked = () => JSON.stringify([params.query, params.variables]);
            const isGraphs = error instanceof GraphQLError && !options.openIntrospection;
            throw isGraphs ? hideSchema(refusal, asked) : refusal;
          });
          isOf(scope.tenant);
          if (params.query) options.known?.add(params.query, args.document);
          const contextValue = (req && options.known?.takeContext(req)) ?? new Context(scope);
          return executeOperation({ ...args, contextValue }, executeFn as Execute, {
            ...(options.plans && { plans: options.plans }),
            verify: options.verify,
            explain: params.extensions?.plan === true,
          });
        });
      });
    },
    onResponse({ request, response }) {
      const header = cookies.get(request)?.header;
      if (header) response.headers.append('set-cookie', header);
    },
  };
}

/** Everything that an operation has to pass before it runs, and what it runs with. Throws what it is refused for. */
export async function admit(
  args: Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>,
  head: RequestHead,
  options: Pick<OperationsOptions, 'scopes' | 'openIntrospection'>,
): Promise<RequestScope> {
  const { scopes, openIntrospection } = options;
  checkVariables(args.variableValues);
  checkBounds(args);
  const anonymous = scopes.anonymous(head);
  checkCost(args, new Context(anonymous));
  if (openIntrospection && onlyIntrospects(args)) return anonymous;
  const scope = await scopes.resolve(head, anonymous);
  if (scope.viewer?.apiKey?.persistedOnly) {
    throw new AppError('FORBIDDEN', 'This API key may send trusted documents only, and none is registered');
  }
  if (scope.tenant) requireModules(args, scope.tenant);
  if (introspects(args) && !openIntrospection && !scope.viewer?.permissions.has('graph:explore')) {
    throw new AppError('FORBIDDEN', 'Introspection needs the permission graph:explore');
  }
  return scope;
}

/** What a request says of itself, beside its cookies. */
export function headOf(
  request: Pick<RequestHead, 'url' | 'headers' | 'signal'>,
  req: Socketed | undefined,
  addressOf: AddressReader,
): Omit<RequestHead, 'cookies'> {
  return {
    url: request.url,
    headers: request.headers,
    address: req && addressOf(req.socket.remoteAddress, request.headers),
    signal: request.signal,
  };
}
