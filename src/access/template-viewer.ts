import { randomUUID } from 'node:crypto';
import type { Viewer } from '../identity/viewer.ts';
import { Declined } from './decline.ts';

/**
 * Stand-ins for the ids of the viewer in compiled conditions. They are random ids that no row has and no client knows.
 */
const standIns = { profileId: randomUUID(), userId: randomUUID(), membershipId: randomUUID() } as const;

type StandIn = keyof typeof standIns;
const nameOfStandIn = new Map<unknown, StandIn>(
  Object.entries(standIns).map(([name, value]) => [value, name as StandIn]),
);

const anyStandIn = new RegExp(Object.values(standIns).join('|'));

/** An object with only the known properties; reading any other declines compilation. */
export function only<T extends object>(what: string, known: Partial<T>): T {
  return new Proxy(known as T, {
    get(target, name) {
      if (name in target || typeof name === 'symbol') return target[name as keyof T];
      throw new Declined(`depends on the ${String(name)} of the ${what}`);
    },
  });
}

/**
 * The viewer of row rules while a plan is compiled: its role, permissions and modules, which are part of the plan's
 * key, and stand-ins.
 */
export const templateViewer = ({ role, permissions, modules }: Viewer): Viewer =>
  only<Viewer>('viewer', { role, permissions, modules, ...standIns });

/** The property of the viewer for which a parameter stands, if any. */
export const standInOf = (parameter: unknown): StandIn | undefined => nameOfStandIn.get(parameter);

/** Whether a text contains a stand-in, for example inside a longer value. */
export const containsStandIn = (text: string): boolean => anyStandIn.test(text);
