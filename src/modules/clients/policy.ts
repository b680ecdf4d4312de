import type { RowRule } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';

/** A CLIENT sees the clients whose contact it is, without needing a permission; other roles need client:read. */
export function readableClients(viewer: Viewer): RowRule<'clients'> {
  if (viewer.role === 'CLIENT') return { contactId: viewer.profileId };
  return viewer.permissions.has('client:read') ? 'all' : 'none';
}
