import type { EventMetadata } from './tables.ts';

/** One thing that happened to one resource of the tenant. */
export interface BusinessEvent {
  /** `resource.verb`, such as `task.moved`. */
  action: string;
  /** The GraphQL type of the resource. */
  resourceType: string;
  resourceId: string;
  metadata?: EventMetadata;
  /** The changed columns as they were, and as they are. */
  before?: EventMetadata;
  after?: EventMetadata;
}
