import { AsyncLocalStorage } from 'node:async_hooks';
import { uuidv7 } from './ids.ts';

/** What the log says of a request, in every line that belongs to it. */
export interface RequestContext {
  readonly requestId: string;
  /** The slug of its organization, once it is known. */
  tenant?: string | undefined;
  /** Returns the GraphQL document, once it is known. */
  document?: (() => { name: string | undefined; text: string | undefined }) | undefined;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Does the work of a request, and all that comes of it later. */
export function asRequest<T>(work: (requestId: string) => T): T {
  const requestId = uuidv7();
  return storage.run({ requestId }, () => work(requestId));
}

/** The request that the caller works for; undefined for background work. */
export const currentRequest = (): RequestContext | undefined => storage.getStore();

/** Does work that outlives the request which happened to begin it, such as opening a connection or starting a timer. */
export const outsideRequests = <T>(work: () => T): T => storage.exit(work);
