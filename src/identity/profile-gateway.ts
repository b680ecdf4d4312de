import type { Tenant } from '../tenancy/tenant.ts';

/** What a profile copies from the account. */
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
}

/**
 * The tenant's side of a membership, handed in because identity knows no modules. Both calls are repeated after a
 * failure, so both must give the same result when made twice.
 */
export interface ProfileGateway {
  /** Makes, claims or revives the person's profile, and gives its id. */
  join(tenant: Tenant, person: Joining): Promise<string>;
  /** Marks the user's profile as departed, if there is one; it stays for history. */
  leave(tenant: Tenant, departed: { userId: string }): Promise<void>;
}
