import type { Viewer } from '../../identity/viewer.ts';
import type { Context } from '../context.ts';

export type Args = Readonly<Record<string, unknown>>;

/** What a request gives one site: the arguments as the executor would see them, their shape, and what that leaves out. */
export interface SiteValues {
  args: Args;
  shape: string;
  leaves: readonly unknown[];
}

/** What a request brings to a plan: who asks, and its arguments by site. Parameters and readers take from it alone. */
export interface Supplied {
  context: Context;
  viewer: Viewer;
  sites: readonly SiteValues[];
  /** What the use case gave, for the plan of a mutation's payload. */
  given?: unknown;
}
