import type { Tenant } from '../tenancy/tenant.ts';
import type { Viewer } from './viewer.ts';

/** A person to whom tasks are assigned; `userId` is null without an account. */
export interface Assignee {
  profileId: string;
  userId: string | null;
}

/** The tasks of members in their tenant, behind an interface because identity must not import modules. */
export interface TaskGateway {
  /**
   * Checks that the viewer may assign tasks to a person, given by the uuid of the profile or `ref:` and its external
   * reference. Throws FORBIDDEN, and NOT_FOUND and INVALID_STATE for `input.reassignTo`.
   */
  requireAssignee(tenant: Tenant, viewer: Viewer, profile: string): Promise<Assignee>;
  /** Assigns the unfinished tasks of a user that the viewer sees to another person; returns their number. */
  reassign(tenant: Tenant, viewer: Viewer, change: { userId: string; profileId: string }): Promise<number>;
}
