import type { SQL } from 'drizzle-orm';
import type { Viewer } from '../identity/viewer.ts';
import { Lru } from '../lib/lru.ts';
import { Ids } from '../lib/set-ids.ts';
import { Declined } from './decline.ts';
import { byName, type Reader, Statement } from './statement.ts';
import { containsStandIn, standInOf, templateViewer } from './template-viewer.ts';

type WithViewer<Values extends object> = Values & { viewer: Viewer };

const ids = new Ids();
/** Equal for viewers to whom the same row rules apply. */
export const rightsKey = (viewer: Viewer): string =>
  `${ids.of(viewer.permissions, viewer.role)}/${ids.of(viewer.modules)}`;

/** In characters of the statements. */
const mostKept = 10_000_000;
const kept = new Lru<Statement<WithViewer<object>>>(mostKept);

/**
 * The named statement with the row rules of a viewer: compiled once for each role, permissions and modules, and run
 * with the values and the viewer of each call. If a rule does more with the viewer than compare its ids, the statement
 * is compiled for each call.
 */
export function viewerStatement<Values extends object>(
  name: string,
  viewer: Viewer,
  make: (viewer: Viewer) => SQL,
): Statement<WithViewer<Values>> {
  const key = `${name}/${rightsKey(viewer)}`;
  const known = kept.get(key) ?? sharedStatement<Values>(viewer, make);
  if (!known) return new Statement<WithViewer<Values>>(make(viewer));
  kept.set(key, known as Statement<WithViewer<object>>, known.text.length);
  return known;
}

function sharedStatement<Values extends object>(
  viewer: Viewer,
  make: (viewer: Viewer) => SQL,
): Statement<WithViewer<Values>> | undefined {
  try {
    const statement = new Statement<WithViewer<Values>>(make(templateViewer(viewer)), readerOf);
    return containsStandIn(statement.text) ? undefined : statement;
  } catch (error) {
    if (error instanceof Declined) return undefined;
    throw error;
  }
}

function readerOf<Values extends object>(parameter: unknown): Reader<WithViewer<Values>> {
  const standIn = standInOf(parameter);
  if (standIn) return ({ viewer }) => viewer[standIn];
  if (containsStandIn(String(parameter))) throw new Declined('a rule computes with the viewer');
  return byName<WithViewer<Values>>(parameter);
}
