import { getOperationAST } from 'graphql';
import type { GraphRequest } from '../../graphql/context.ts';
import { checkOperation, type OperationArgs } from '../../graphql/limits/check-operation.ts';
import type { RateLimits } from '../../graphql/rate-limit/rate-limits.ts';
import { AppError } from '../../lib/errors.ts';
import { currentRequest } from '../../lib/request-context.ts';
import { documentsOnly, type OpenedDocument } from './document-gate.ts';
import type { RequestHead } from './head.ts';
import type { RequestReader } from './request-reader.ts';

export interface AdmissionOptions {
  reader: RequestReader;
  /** Whether anybody may read the schema; otherwise that needs graph:explore. */
  openIntrospection: boolean;
  rateLimits: RateLimits;
}

/**
 * Makes all checks that come before an operation runs, and finds its tenant, viewer and limits. Charges the caller the
 * points that the operation costs, once for each head. Throws the reason if the operation is refused.
 */
export async function admit(
  args: OperationArgs,
  head: RequestHead,
  { reader, openIntrospection, rateLimits }: AdmissionOptions,
  opened: Pick<OpenedDocument, 'registered' | 'request'>,
): Promise<GraphRequest> {
  const current = currentRequest();
  if (current) current.document = () => documentOf(args);
  const operation = checkOperation(args, reader.limits);
  const anonymous = reader.anonymous(head);
  if (openIntrospection && operation.onlyIntrospects) return anonymous;
  const request = opened.request ?? (await reader.resolve(head, anonymous));
  if (request.viewer?.apiKey?.persistedOnly && !opened.registered) throw documentsOnly();
  if (request.tenant) operation.checkModules(request.tenant);
  if (operation.introspects && !openIntrospection && !request.viewer?.permissions.has('graph:explore')) {
    throw new AppError('FORBIDDEN', 'Introspection needs the permission graph:explore');
  }
  head.charge ??= rateLimits.chargeFor(request.viewer, operation.complexity);
  request.answer.charge = head.charge;
  await head.charge?.pay();
  return request;
}

const documentOf = ({ document, operationName }: OperationArgs) => ({
  name: getOperationAST(document, operationName)?.name?.value,
  text: document.loc?.source.body,
});
