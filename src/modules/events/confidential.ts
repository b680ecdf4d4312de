import type { Permission } from '../../identity/permissions.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { EventMetadata } from './tables.ts';

const needed = new Map<string, Permission>();

/** Hides a column that needs a permission in the graph from readers of the log who lack it. */
export function keepConfidential(resourceType: string, column: string, permission: Permission): void {
  needed.set(`${resourceType}.${column}`, permission);
}

/** The values in an event that the viewer may see. */
export function visibleValues(viewer: Viewer, resourceType: string, values: EventMetadata): EventMetadata {
  const visible = Object.entries(values).filter(([column]) => {
    const permission = needed.get(`${resourceType}.${column}`);
    return permission === undefined || viewer.permissions.has(permission);
  });
  return Object.fromEntries(visible);
}

const unlogged = new Set<string>();

/** Keeps a column out of the log, because log entries cannot be deleted. */
export const keepOutOfLog = (table: string, column: string): void => void unlogged.add(`${table}.${column}`);

export const isLogged = (table: string, column: string): boolean => !unlogged.has(`${table}.${column}`);
