import type { FormattedExecutionResult } from 'graphql';

interface SubscriptionRequest {
  query: string;
  variables?: Record<string, unknown> | null | undefined;
}

interface Sink {
  next(result: FormattedExecutionResult): void;
  error(error: unknown): void;
  complete(): void;
}

/** The part of the clients of graphql-ws and graphql-sse that is used. */
interface SubscriptionClient {
  subscribe(request: never, sink: never): () => void;
}

export function resuming(client: SubscriptionClient): {
  subscribe(request: SubscriptionRequest, sink: Sink): () => void;
};
