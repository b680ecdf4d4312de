import type { ExecutionResult } from 'graphql';
import type { Context } from '../../graphql/context.ts';
import type { OpenedDocument } from './document-gate.ts';
import type { GraphHead } from './head.ts';

/** The results of the fast path for a request that it leaves to Yoga, so that Yoga does not repeat that work. */
export interface Attempt {
  /** The body, which can be read only once. */
  body?: Buffer;
  /** The parsed body, if it is JSON. */
  content?: unknown;
  /** The document, and the head with which its sender was found. */
  opened?: { document: OpenedDocument; head: GraphHead };
  /** Why there is no document, or why it may not be run. */
  unopened?: unknown;
  /** The result of a mutation. Its changes are made, so Yoga must send this result and not execute it again. */
  result?: ExecutionResult;
  /** Why the operation was refused: a second check would audit the refusal again. */
  refusal?: unknown;
  /** The context of a query whose session failed: executing the query with it fails in the same way. */
  context?: Context;
}
