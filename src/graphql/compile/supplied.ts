import type { Viewer } from '../../identity/viewer.ts';
import type { Context } from '../context.ts';

export type Args = Readonly<Record<string, unknown>>;

/** A request's values for one site: the arguments as the executor sees them, their shape, and the values outside it. */
export interface SiteValues {
  args: Args;
  shape: string;
  leaves: readonly unknown[];
}

/** A request's values for a plan: the viewer, and the arguments by site. Parameters and readers use nothing else. */
export interface Supplied {
  context: Context;
  viewer: Viewer;
  sites: readonly SiteValues[];
  /** The use case's result, for the plan of a mutation's payload. */
  given?: unknown;
}
