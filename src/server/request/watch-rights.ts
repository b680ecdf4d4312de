import type { GraphRequest } from '../../graphql/context.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { AppError } from '../../lib/errors.ts';
import { TimerWheel } from '../subscriptions/timer-wheel.ts';

interface WatchOptions {
  /** The sender, as admitted. */
  viewer: Viewer;
  /** Finds the sender again: throws once the token, the session, the key or the membership has ended. */
  authenticate(): Promise<Pick<GraphRequest, 'viewer'>>;
  /** Called once, when the sender has lost the rights with which it was admitted. */
  onEnd(error: unknown): void;
  wheel?: Pick<TimerWheel, 'within'>;
}

/** As often as for subscriptions: with entries of the cache up to two seconds old, a loss is noticed within five. */
const everyTwoSeconds = new TimerWheel(2_000);

/** Checks the rights of a sender whose request runs for long, until the result is disposed. */
export function watchRights({ viewer, authenticate, onEnd, wheel = everyTwoSeconds }: WatchOptions): Disposable {
  let isOver = false;
  let cancel = (): void => {};
  const wait = (): void => {
    cancel = wheel.within(() => void check());
  };
  const check = async (): Promise<void> => {
    try {
      const { viewer: now } = await authenticate();
      if (!now || !hasSameRights(now, viewer)) throw new AppError('FORBIDDEN', 'Your rights have changed');
      if (!isOver) wait();
    } catch (error) {
      if (isOver) return;
      isOver = true;
      onEnd(error);
    }
  };
  wait();
  return {
    [Symbol.dispose]: () => {
      isOver = true;
      cancel();
    },
  };
}

/** Whether nothing was taken away. */
const hasSameRights = (now: Viewer, before: Viewer): boolean =>
  now.membershipId === before.membershipId &&
  now.role === before.role &&
  [...before.permissions].every((permission) => now.permissions.has(permission)) &&
  [...before.modules].every((module) => now.modules.has(module));
