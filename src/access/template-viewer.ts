import type { Viewer } from '../identity/viewer.ts';
import { Declined } from './decline.ts';

/** What a rule may put into a condition; it stands for the viewer of each request. The values are nobody's. */
const standIns = {
  profileId: '5c0f9f1e-7d53-7c1a-8f4e-0d8f7a6b5c41',
  userId: '5c0f9f1e-7d53-7c1a-8f4e-0d8f7a6b5c42',
  membershipId: '5c0f9f1e-7d53-7c1a-8f4e-0d8f7a6b5c43',
} as const;

type StandIn = keyof typeof standIns;
const nameOfStandIn = new Map<unknown, StandIn>(
  Object.entries(standIns).map(([name, value]) => [value, name as StandIn]),
);

const anyStandIn = /5c0f9f1e-7d53-7c1a-8f4e-0d8f7a6b5c4\d/;

/** Gives what is known of an object; asking for anything else cannot be compiled. */
export function only<T extends object>(what: string, known: Partial<T>): T {
  return new Proxy(known as T, {
    get(target, name) {
      if (name in target || typeof name === 'symbol') return target[name as keyof T];
      throw new Declined(`depends on the ${String(name)} of the ${what}`);
    },
  });
}

/** The viewer as rules see it while a plan is compiled: role and permissions, which are the plan's own, and stand-ins. */
export const templateViewer = ({ role, permissions }: Viewer): Viewer =>
  only<Viewer>('viewer', { role, permissions, ...standIns });

/** Which property of the viewer a parameter stands for, if any. */
export const standInOf = (parameter: unknown): StandIn | undefined => nameOfStandIn.get(parameter);

export const hidesStandIn = (text: string): boolean => anyStandIn.test(text);
