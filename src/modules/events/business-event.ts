import type { EventMetadata } from './tables.ts';

/** Something that happened to one resource of the tenant. */
export interface BusinessEvent {
  /** `resource.verb`, such as `task.moved`. */
  action: string;
  /** The GraphQL type of the resource. */
  resourceType: string;
  resourceId: string;
  metadata?: EventMetadata;
  /** The changed columns, before and after the change. */
  before?: EventMetadata;
  after?: EventMetadata;
}
