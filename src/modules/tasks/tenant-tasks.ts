import type { Assignee, TaskGateway } from '../../identity/task-gateway.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { TenantBinding } from '../../tenancy/binding.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import { reassignTasks, requireAssignee } from './reassign-tasks.ts';

/**
 * Tasks for the identity layer, which does not depend on modules. Each call is a transaction of the tenant by the
 * viewer.
 */
export class TenantTasks implements TaskGateway {
  readonly #binding: TenantBinding;

  constructor(binding: TenantBinding) {
    this.#binding = binding;
  }

  requireAssignee(tenant: Tenant, viewer: Viewer, profile: string): Promise<Assignee> {
    const { roleClass } = viewer;
    return this.#binding.write(tenant, (tx) => requireAssignee(tx, viewer, profile), { roleClass });
  }

  reassign(tenant: Tenant, viewer: Viewer, change: { userId: string; profileId: string }): Promise<number> {
    const { roleClass } = viewer;
    return this.#binding.write(tenant, (tx) => reassignTasks(tx, viewer, change), { roleClass });
  }
}
