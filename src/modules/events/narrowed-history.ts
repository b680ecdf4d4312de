import type { Viewer } from '../../identity/viewer.ts';

type Narrowed = (viewer: Viewer) => readonly string[] | 'all';

const narrowed = new Map<string, Narrowed>();

/**
 * Shows readers of the log only these actions of the rows of a type. For rows that viewers see only from a state on,
 * such as issued invoices and shared views: the row rule alone would show them what the row was before.
 */
export const narrowHistory = (resourceType: string, actions: Narrowed): void =>
  void narrowed.set(resourceType, actions);

/** The actions of the rows of a type that the viewer may know of, as far as they see the row. */
export const knownActions = (resourceType: string, viewer: Viewer): readonly string[] | 'all' =>
  narrowed.get(resourceType)?.(viewer) ?? 'all';
