import type { Identity } from '../identity/identity.ts';
import { accessTokenOfCookie } from '../identity/token-of-cookie.ts';
import { RefreshCookie } from './refresh-cookie.ts';
import type { RequestScopes } from './request-scopes.ts';

/** Whether the sender of a page request may explore the graph, by its token, or by its session cookie: browsers send no more. */
export async function mayExplore(request: Request, scopes: RequestScopes, identity: Identity): Promise<boolean> {
  const cookies = new RefreshCookie(request.headers.get('cookie'), { secure: true });
  const refreshToken = cookies.refreshToken();
  const token = refreshToken && (await accessTokenOfCookie(identity, refreshToken));
  const headers = new Headers([...request.headers]);
  if (token && !headers.has('authorization')) headers.set('authorization', `Bearer ${token}`);
  const head = { url: request.url, headers, address: undefined, cookies, signal: request.signal };
  const scope = await scopes.resolve(head).catch(() => undefined);
  return scope?.viewer?.permissions.has('graph:explore') ?? false;
}
