import type { Permission } from '../../identity/permissions.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { EventMetadata } from './tables.ts';

const needed = new Map<string, Permission>();

/** A column that the graph shows to some only stays hidden from the others in the log, too. */
export function keepConfidential(resourceType: string, column: string, permission: Permission): void {
  needed.set(`${resourceType}.${column}`, permission);
}

/** What of a row, as an event recorded it, the viewer may see. */
export function visibleValues(viewer: Viewer, resourceType: string, values: EventMetadata): EventMetadata {
  const visible = Object.entries(values).filter(([column]) => {
    const permission = needed.get(`${resourceType}.${column}`);
    return permission === undefined || viewer.permissions.has(permission);
  });
  return Object.fromEntries(visible);
}

const unlogged = new Set<string>();

/** A column that the log never holds, since nothing is ever deleted from it. */
export const keepOutOfLog = (table: string, column: string): void => void unlogged.add(`${table}.${column}`);

export const isLogged = (table: string, column: string): boolean => !unlogged.has(`${table}.${column}`);
