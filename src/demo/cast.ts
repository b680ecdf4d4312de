import type { Role } from '../identity/roles.ts';
import type { Viewer } from '../identity/viewer.ts';

/** The demo user with a role. */
export type Cast = (role: Role) => Viewer;
