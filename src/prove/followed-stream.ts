import type { AttackedServer } from './target.ts';

/** What a subscription has sent so far, over any transport. */
export interface FollowedStream {
  readonly text: string;
  /** Reads until one of the texts is there, the stream ends, or nothing comes for too long; returns whether one is. */
  until(...expected: readonly string[]): Promise<boolean>;
  close(): Promise<void>;
}

export type OpenStream = (
  server: AttackedServer,
  headers: Readonly<Record<string, string>>,
  operation: { query: string; variables?: Record<string, unknown> },
) => Promise<FollowedStream>;

/** How long a frame may take; milliseconds. */
export const frameWithinMs = 30_000;
