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

const behind = new WeakMap<Viewer, Viewer>();

/**
 * A viewer that notices whether anything is read of it that others with the same rights do not have in common with it.
 * If nothing is, whatever was made for it holds for all of them.
 */
export class NoticingViewer {
  readonly viewer: Viewer;
  #isPersonal = false;

  constructor(viewer: Viewer) {
    const notice = (name?: string | symbol): void => {
      if (name === undefined || !common.has(name)) this.#isPersonal = true;
    };
    this.viewer = new Proxy(viewer, {
      get(target, name) {
        notice(name);
        return Reflect.get(target, name);
      },
      has(target, name) {
        notice(name);
        return Reflect.has(target, name);
      },
      ownKeys(target) {
        notice();
        return Reflect.ownKeys(target);
      },
      getOwnPropertyDescriptor(target, name) {
        notice(name);
        return Reflect.getOwnPropertyDescriptor(target, name);
      },
    });
    behind.set(this.viewer, viewer);
  }

  get isPersonal(): boolean {
    return this.#isPersonal;
  }
}

/** The viewer without notice being taken: for what is decided for each viewer anyway. */
export const unnoticed = (viewer: Viewer): Viewer => behind.get(viewer) ?? viewer;

/** Answers a question by the viewer's rights alone, if it can be; otherwise by the viewer, which is noticed. */
export function byRights<T>(viewer: Viewer, ask: (viewer: Viewer) => T): T {
  if (!behind.has(viewer)) return ask(viewer);
  try {
    return ask(templateViewer(viewer));
  } catch (error) {
    if (error instanceof Declined) return ask(viewer);
    throw error;
  }
}
