import type { App } from '../../src/app.ts';
import { isViewer } from '../../src/identity/viewer.ts';
import type { Caller } from './limit-session.ts';

/** Says who sends a request, as the server does: the token is verified, its session and membership are checked. */
export async function findCaller(
  { authenticator, directory }: Pick<App, 'authenticator' | 'directory'>,
  authorization: string | undefined,
): Promise<Caller> {
  const viewer = await authenticator.authenticate({ authorization });
  const tenant = isViewer(viewer) && (await directory.findById(viewer.organizationId));
  if (!isViewer(viewer) || !tenant) throw new Error('nobody is signed in');
  return { viewer, tenant };
}
