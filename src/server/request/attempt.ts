import type { ExecutionResult } from 'graphql';
import type { Context } from '../../graphql/context.ts';

/** What the fast path did for a request that it hands on. Empty when it did nothing that matters. */
export interface Attempt {
  /** The body, which can be read only once. */
  body?: Uint8Array;
  /** What the body says, where it is JSON. */
  content?: unknown;
  /** The result of a mutation. Its changes are made, so nobody may execute it again: the result is to be sent. */
  result?: ExecutionResult;
  /** The context of a query whose session failed: executing the query with it fails in the same way. */
  context?: Context;
}
