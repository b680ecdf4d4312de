import type { RowRule } from '../../graphql/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';

export const readableEvents = (viewer: Viewer): RowRule<'events'> =>
  viewer.permissions.has('event:read') ? 'all' : 'none';
