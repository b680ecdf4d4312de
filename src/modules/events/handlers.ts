import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/binding.ts';
import type { BusinessEvent } from './business-event.ts';

/** The effect of an event on a module above the one that it came from, in the transaction of the change. */
export type EventHandler = (tx: TenantTx, viewer: Viewer | null, event: BusinessEvent) => Promise<void>;

const handlers = new Map<string, EventHandler[]>();

/** Registers an effect of an action; a module does so once, when it is loaded. Handlers run in that order. */
export function onEvent(action: string, handler: EventHandler): void {
  handlers.set(action, [...(handlers.get(action) ?? []), handler]);
}

export async function dispatch(tx: TenantTx, viewer: Viewer | null, event: BusinessEvent): Promise<void> {
  for (const handler of handlers.get(event.action) ?? []) await handler(tx, viewer, event);
}

const deletionHandlers = new Map<string, EventHandler[]>();

/** Registers what happens before a row of a type is deleted: it can still read what refers to the row, and refuse by throwing. */
export function beforeDeletion(resourceType: string, handler: EventHandler): void {
  deletionHandlers.set(resourceType, [...(deletionHandlers.get(resourceType) ?? []), handler]);
}

/** Call it with the locked row in `before`, before the row is deleted. */
export async function dispatchDeletion(tx: TenantTx, viewer: Viewer | null, event: BusinessEvent): Promise<void> {
  for (const handler of deletionHandlers.get(event.resourceType) ?? []) await handler(tx, viewer, event);
}
