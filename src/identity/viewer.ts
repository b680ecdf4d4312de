import { AppError } from '../lib/errors.ts';
import type { AuditActor } from '../tenancy/audit.ts';
import type { RoleClass } from '../tenancy/binding.ts';
import type { Permission } from './permissions.ts';
import type { Role } from './roles.ts';

export type { Role } from './roles.ts';

/** What an API key may ask for: so many points at once, and so many more each second. */
export interface KeyLimit {
  points: number;
  restoreRate: number;
}

/** A person who is signed in, whatever the organization. */
export interface Account {
  userId: string;
  email: string;
  firstName: string;
  lastName: string;
  /** The session of the access token; absent for API keys, external issuers and the command line. */
  sessionId?: string;
}

/** A member of the request's organization, with role and permissions. */
export interface Viewer extends Account {
  membershipId: string;
  /** The member's profile in the tenant's schema. */
  profileId: string;
  organizationId: string;
  /** Never OWNER for an API key. */
  role: Role;
  permissions: ReadonlySet<Permission>;
  /** The modules that the organization has switched on. The tables of others may not exist. */
  modules: ReadonlySet<string>;
  /** The limits of the viewer's SQL statements. */
  roleClass: RoleClass;
  /** Set when the request carries an API key. `persistedOnly`: it may run registered documents only. */
  apiKey?: { id: string; persistedOnly: boolean; limit?: KeyLimit };
}

export const isViewer = (who: Viewer | Account | null): who is Viewer => who !== null && 'organizationId' in who;

/** The actor in the audit log: the user, or the API key with the user for whom it acts. */
export const actorOf = ({ userId, apiKey }: Viewer): AuditActor =>
  apiKey ? { kind: 'API_KEY', id: apiKey.id, userId } : { kind: 'USER', id: userId };

/** Throws FORBIDDEN unless the viewer has the permission. */
export function requirePermission(viewer: Viewer, permission: Permission): void {
  if (!viewer.permissions.has(permission)) {
    throw new AppError('FORBIDDEN', `This needs the permission ${permission}`, { permission });
  }
}
