import type { Tenant } from '../tenancy/tenant.ts';
import type { Role } from './roles.ts';

/** The part of an account that its profiles copy. */
export interface Person {
  userId: string;
  email: string;
  firstName: string;
  lastName: string;
}

/** Somebody who becomes a member. */
export interface Joining extends Person {
  /** Only the proven holder of an address gets the profile that carries it. */
  emailVerified: boolean;
  role: Role;
}

/**
 * The profiles of members in their tenant, behind an interface because identity must not import modules. The methods
 * are retried after a failure, so they must be idempotent.
 */
export interface ProfileGateway {
  /** Creates, claims or reactivates the person's profile, and returns its id. */
  join(tenant: Tenant, person: Joining): Promise<string>;
  /** Records the member's new role on their profile. */
  changeRole(tenant: Tenant, changed: { userId: string; role: Role }): Promise<void>;
  /** Marks the user's profile as departed, if there is one; it stays for history. */
  leave(tenant: Tenant, departed: { userId: string }): Promise<void>;
}
