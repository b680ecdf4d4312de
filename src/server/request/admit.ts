import { getOperationAST } from 'graphql';
import type { RequestScope } from '../../graphql/context.ts';
import { checkOperation, type OperationArgs } from '../../graphql/limits/check-operation.ts';
import { requireModules } from '../../graphql/limits/required-modules.ts';
import { AppError } from '../../lib/errors.ts';
import { currentRequest } from '../../lib/request-context.ts';
import type { RequestHead } from './head.ts';
import type { RequestScopes } from './request-scopes.ts';

export interface AdmissionOptions {
  scopes: RequestScopes;
  /** Whether anybody may read the schema; otherwise that needs graph:explore. */
  openIntrospection: boolean;
}

/**
 * Checks everything that an operation has to pass before it runs, and finds what it runs with: its tenant, viewer and
 * limits. Throws the reason when it is refused.
 */
export async function admit(
  args: OperationArgs,
  head: RequestHead,
  { scopes, openIntrospection }: AdmissionOptions,
): Promise<RequestScope> {
  const current = currentRequest();
  if (current) current.document = () => documentOf(args);
  const operation = checkOperation(args, scopes.limits);
  const anonymous = scopes.anonymous(head);
  if (openIntrospection && operation.onlyIntrospects) return anonymous;
  const scope = await scopes.resolve(head, anonymous);
  if (scope.viewer?.apiKey?.persistedOnly) {
    throw new AppError('FORBIDDEN', 'This API key may send only trusted documents, and none is registered');
  }
  if (scope.tenant) requireModules(args, scope.tenant);
  if (operation.introspects && !openIntrospection && !scope.viewer?.permissions.has('graph:explore')) {
    throw new AppError('FORBIDDEN', 'Introspection needs the permission graph:explore');
  }
  return scope;
}

const documentOf = ({ document, operationName }: OperationArgs) => ({
  name: getOperationAST(document, operationName)?.name?.value,
  text: document.loc?.source.body,
});
