import { decodeGlobalId } from '../../graphql/declare/global-id.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Permission } from '../../identity/permissions.ts';
import { actorOf, requirePermission, type Viewer } from '../../identity/viewer.ts';
import { AppError, httpStatusOf, notFound } from '../../lib/errors.ts';
import { isUuid } from '../../lib/ids.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { RefreshCookie } from '../request/refresh-cookie.ts';
import type { RequestReader } from '../request/request-reader.ts';
import { errorHeaders, jsonAnswer } from '../routes/answers.ts';
import type { RouteAnswer, RouteHead } from '../routes/route.ts';

export interface MemberOptions {
  reader: RequestReader;
  identity: Identity;
  /** Whether browsers reach us by https. */
  secureCookies: boolean;
}

export interface Member {
  viewer: Viewer;
  tenant: Tenant;
  origin: { ipAddress: string | undefined; userAgent: string | undefined; requestId: string };
}

/**
 * The sender of a request to `/api/organizations/:id/...`, with permissions in that organization; `:id` is a uuid or a
 * global id. The organization of another member gets the same answer as one that does not exist. Refusals are in the
 * audit log.
 */
export async function memberOf(
  head: RouteHead,
  permissions: readonly Permission[],
  route: string,
  { reader, secureCookies, identity }: MemberOptions,
): Promise<Member> {
  const cookies = new RefreshCookie(head.headers.get('cookie'), { secure: secureCookies });
  const { viewer, tenant, address, userAgent, requestId } = await reader.resolve({ ...head, cookies });
  if (!viewer || !tenant) throw new AppError('UNAUTHENTICATED', 'Sign in first');
  if (uuidOf(head.params.id!) !== viewer.organizationId) throw notFound('Organization', 'id');
  const origin = { ipAddress: address, userAgent, requestId };
  const missing = permissions.find((permission) => !viewer.permissions.has(permission));
  if (missing !== undefined) {
    const refusal = { actor: actorOf(viewer), action: 'administration.refused', organizationId: viewer.organizationId };
    identity.refusals.note({ ...origin, ...refusal, metadata: { route } });
  }
  if (missing !== undefined) requirePermission(viewer, missing);
  return { viewer, tenant, origin };
}

function uuidOf(id: string): string | undefined {
  if (isUuid(id)) return id.toLowerCase();
  const { typename, id: uuid } = decodeGlobalId(id);
  return typename === 'Organization' ? uuid : undefined;
}

export const successAnswer = (data: object | null): RouteAnswer => jsonAnswer({ success: true, data });

export const failure = ({ code, message, details }: AppError) => ({
  success: false,
  error: { message, code, ...details },
});

export const failureAnswer = (error: AppError): RouteAnswer =>
  jsonAnswer(failure(error), httpStatusOf(error.code), errorHeaders(error));
