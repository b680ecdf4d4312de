import type { Joining, ProfileGateway } from '../../identity/profile-gateway.ts';
import type { Role } from '../../identity/roles.ts';
import type { TenantBinding } from '../../tenancy/binding.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { changeRoleOfProfile } from './change-role-of-profile.ts';
import { joinProfile } from './join-profile.ts';
import { leaveProfile } from './leave-profile.ts';

/**
 * Profiles for the identity layer, which does not depend on modules. Each call is a transaction of the tenant by the
 * system.
 */
export class TenantProfiles implements ProfileGateway {
  readonly #binding: TenantBinding;

  constructor(binding: TenantBinding) {
    this.#binding = binding;
  }

  join(tenant: Tenant, person: Joining): Promise<string> {
    // The owner of a new organization gets a profile before the organization is served.
    if (tenant.status === 'PROVISIONING') return this.#binding.prepare(tenant, (tx) => joinProfile(tx, person));
    return this.#binding.write(tenant, (tx) => joinProfile(tx, person), { roleClass: 'job' });
  }

  changeRole(tenant: Tenant, changed: { userId: string; role: Role }): Promise<void> {
    return this.#binding.write(tenant, (tx) => changeRoleOfProfile(tx, changed), { roleClass: 'job' });
  }

  leave(tenant: Tenant, departed: { userId: string }): Promise<void> {
    return this.#binding.write(tenant, (tx) => leaveProfile(tx, departed), { roleClass: 'job' });
  }
}
