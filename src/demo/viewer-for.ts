import type { Role } from '../identity/roles.ts';
import type { Viewer } from '../identity/viewer.ts';

/** Returns the demo user with a role. */
export type ViewerFor = (role: Role) => Viewer;
