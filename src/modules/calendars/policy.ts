import type { RowRule } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';

/** Everybody with people:read sees the calendars, except CLIENTs. */
export const readableCalendars = (viewer: Viewer): RowRule<'workCalendars'> =>
  viewer.permissions.has('people:read') && viewer.role !== 'CLIENT' ? 'all' : 'none';
