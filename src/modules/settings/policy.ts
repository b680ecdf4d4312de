import type { RowRule } from '../../access/row-rules.ts';
import type { Viewer } from '../../identity/viewer.ts';

/** Everybody with settings:read sees code formats and settings. */
export function readableSettings<T extends 'codeFormats' | 'settings'>(viewer: Viewer): RowRule<T> {
  return viewer.permissions.has('settings:read') ? 'all' : 'none';
}
