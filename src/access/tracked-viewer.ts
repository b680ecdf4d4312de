import type { Viewer } from '../identity/viewer.ts';
import { Declined } from './decline.ts';
import { templateViewer } from './template-viewer.ts';

/** What viewers of one organization with the same rights have in common. */
const common: ReadonlySet<string | symbol> = new Set([
  'organizationId',
  'role',
  'permissions',
  'modules',
  'roleClass',
] satisfies (keyof Viewer)[]);

/** The viewers behind tracked ones. */
const targets = new WeakMap<Viewer, Viewer>();

/**
 * Records whether a property of the viewer was read that differs between viewers with the same rights. If none was,
 * whatever was made for this one is valid for all of them.
 */
export class TrackedViewer {
  readonly viewer: Viewer;
  #readPersonal = false;

  constructor(viewer: Viewer) {
    const track = (name?: string | symbol): void => {
      if (name === undefined || !common.has(name)) this.#readPersonal = true;
    };
    this.viewer = new Proxy(viewer, {
      get(target, name) {
        track(name);
        return Reflect.get(target, name);
      },
      has(target, name) {
        track(name);
        return Reflect.has(target, name);
      },
      ownKeys(target) {
        track();
        return Reflect.ownKeys(target);
      },
      getOwnPropertyDescriptor(target, name) {
        track(name);
        return Reflect.getOwnPropertyDescriptor(target, name);
      },
    });
    targets.set(this.viewer, viewer);
  }

  /** Whether something was read that belongs to this person alone. */
  get readPersonal(): boolean {
    return this.#readPersonal;
  }
}

/** The viewer without tracking, for decisions that are made for each viewer separately. */
export const untracked = (viewer: Viewer): Viewer => targets.get(viewer) ?? viewer;

/**
 * Asks about a tracked viewer by a template viewer, so that the result may contain stand-ins for ids. If more than
 * rights and ids is read, and for other viewers, asks about the viewer itself.
 */
export function byRights<T>(viewer: Viewer, ask: (viewer: Viewer) => T): T {
  if (!targets.has(viewer)) return ask(viewer);
  try {
    return ask(templateViewer(viewer));
  } catch (error) {
    if (error instanceof Declined) return ask(viewer);
    throw error;
  }
}
