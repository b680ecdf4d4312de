import type { WhereOf } from '../../../access/row-rules.ts';
import { standInOf } from '../../../access/template-viewer.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import { typenameOf } from '../row-events.ts';
import type { ChangedType } from './changed-types.ts';
import type { LoggedChange } from './page-of-events.ts';
import type { ReachedTable } from './rule-reach.ts';

type Filter = Record<string, unknown>;

/**
 * Filters for rows of a type that the viewer may have gained or lost because other rows changed: a person who was added
 * to a channel sees its messages, none of which has an event of its own. In the rule of a template viewer, its ids
 * stand for those of any of the viewers.
 */
export function affectedRows(
  { reach }: ChangedType,
  changes: readonly LoggedChange[],
  viewers: readonly Viewer[] = [],
): WhereOf<never>[] {
  return reach.reached.flatMap((reached) => {
    const typename = typenameOf(reached.table);
    const read = reach.columns.get(reached.table)!;
    const relevant = changes.filter(
      (change) => change.typename === typename && decides(change, reached, read, viewers),
    );
    const ids = [...new Set(relevant.flatMap((change) => endOf(change, reached)))];
    if (ids.length === 0) return [];
    const path = reached.refersBy ? reached.path.slice(0, -1) : reached.path;
    return [path.reduceRight<Filter>((inner, key) => ({ [key]: inner }), { id: { in: ids } })];
  }) as WhereOf<never>[];
}

/** Whether the event changed something that the rule reads of rows that can match it. */
function decides(
  { before, after }: LoggedChange,
  { refersBy, equals }: ReachedTable,
  read: ReadonlySet<string>,
  viewers: readonly Viewer[],
): boolean {
  // A row that others refer to appears before them and disappears with them, and they have events of their own
  if (refersBy === undefined && !(before && after)) return false;
  const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  if (![...keys].some((key) => read.has(key))) return false;
  return [...equals].every(([key, value]) => {
    const standIn = standInOf(value);
    const values = standIn ? viewers.map((viewer) => viewer[standIn]) : [value];
    return !keys.has(key) || [before?.[key], after?.[key]].some((each) => values.includes(each as string));
  });
}

/** The ids of the rows at the end of the path: the changed row itself, or those that it refers or referred to. */
function endOf({ id, before, after }: LoggedChange, { refersBy }: ReachedTable): string[] {
  if (refersBy === undefined) return [id];
  return [before?.[refersBy], after?.[refersBy]].filter((value) => typeof value === 'string');
}
