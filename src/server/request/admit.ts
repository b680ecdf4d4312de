import type { ExecutionArgs } from 'graphql';
import { Context, type RequestScope } from '../../graphql/context.ts';
import { checkBounds } from '../../graphql/limits/check-bounds.ts';
import { checkCost } from '../../graphql/limits/cost.ts';
import { checkVariables } from '../../graphql/limits/document-limits.ts';
import { introspects, onlyIntrospects } from '../../graphql/limits/introspection.ts';
import { requireModules } from '../../graphql/limits/required-modules.ts';
import { AppError } from '../../lib/errors.ts';
import type { RequestHead } from './head.ts';
import type { RequestScopes } from './request-scopes.ts';

export interface AdmissionOptions {
  scopes: RequestScopes;
  /** Whether anybody may read the schema; else it needs graph:explore. */
  openIntrospection: boolean;
}

/** Everything that an operation has to pass before it runs, and what it runs with. Throws what it is refused for. */
export async function admit(
  args: Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'variableValues'>,
  head: RequestHead,
  options: AdmissionOptions,
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
