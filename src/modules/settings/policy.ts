import type { RowRule } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';

/** How documents are numbered and what the organization has set: for who has settings:read. */
export function readableSettings<T extends 'codeFormats' | 'settings'>(viewer: Viewer): RowRule<T> {
  return viewer.permissions.has('settings:read') ? 'all' : 'none';
}
