import type { RowRule } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';

/** Code formats and settings are read by everybody with settings:read. */
export function readableSettings<T extends 'codeFormats' | 'settings'>(viewer: Viewer): RowRule<T> {
  return viewer.permissions.has('settings:read') ? 'all' : 'none';
}
