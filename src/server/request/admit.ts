import { getOperationAST } from 'graphql';
import type { GraphRequest } from '../../graphql/context.ts';
import { checkOperation, type OperationArgs } from '../../graphql/limits/check-operation.ts';
import { requireModules } from '../../graphql/limits/required-modules.ts';
import { AppError } from '../../lib/errors.ts';
import { currentRequest } from '../../lib/request-context.ts';
import type { RequestHead } from './head.ts';
import type { RequestReader } from './request-reader.ts';

export interface AdmissionOptions {
  reader: RequestReader;
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
  { reader, openIntrospection }: AdmissionOptions,
): Promise<GraphRequest> {
  const current = currentRequest();
  if (current) current.document = () => documentOf(args);
  const operation = checkOperation(args, reader.limits);
  const anonymous = reader.anonymous(head);
  if (openIntrospection && operation.onlyIntrospects) return anonymous;
  const request = await reader.resolve(head, anonymous);
  if (request.viewer?.apiKey?.persistedOnly) {
    throw new AppError('FORBIDDEN', 'This API key may send only trusted documents, and none is registered');
  }
  if (request.tenant) requireModules(args, request.tenant);
  if (operation.introspects && !openIntrospection && !request.viewer?.permissions.has('graph:explore')) {
    throw new AppError('FORBIDDEN', 'Introspection needs the permission graph:explore');
  }
  return request;
}

const documentOf = ({ document, operationName }: OperationArgs) => ({
  name: getOperationAST(document, operationName)?.name?.value,
  text: document.loc?.source.body,
});
