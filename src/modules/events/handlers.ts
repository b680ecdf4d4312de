import type { Viewer } from '../../identity/viewer.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import type { BusinessEvent } from './business-event.ts';

/** An effect of an event on a module that depends on the event's module, in the transaction of the change. */
export type EventHandler = (tx: TenantTx, viewer: Viewer | null, event: BusinessEvent) => Promise<void>;

const handlers = new Map<string, EventHandler[]>();

/** Registers a handler for an action, once, when its module is loaded. Handlers run in the order of registration. */
export function onEvent(action: string, handler: EventHandler): void {
  handlers.set(action, [...(handlers.get(action) ?? []), handler]);
}

export async function dispatch(tx: TenantTx, viewer: Viewer | null, event: BusinessEvent): Promise<void> {
  for (const handler of handlers.get(event.action) ?? []) await handler(tx, viewer, event);
}

const deletionHandlers = new Map<string, EventHandler[]>();

/**
 * Registers a handler that runs before a row of a type is deleted: it can read what refers to the row, and refuse by
 * throwing.
 */
export function beforeDeletion(resourceType: string, handler: EventHandler): void {
  deletionHandlers.set(resourceType, [...(deletionHandlers.get(resourceType) ?? []), handler]);
}

/** Call it before the row is deleted, with the locked row in `before`. */
export async function dispatchDeletion(tx: TenantTx, viewer: Viewer | null, event: BusinessEvent): Promise<void> {
  for (const handler of deletionHandlers.get(event.resourceType) ?? []) await handler(tx, viewer, event);
}
