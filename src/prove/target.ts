import type { GraphQLSchema } from 'graphql';
import type { SlotPool } from '../db/slot-pool.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Identity } from '../identity/identity.ts';
import type { TenantBinding } from '../tenancy/binding.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import type { TenantDirectory } from '../tenancy/directory.ts';

/** One server of the product, with caches of its own, as a function: tests plant leaks in its parts. */
export interface AttackedServer {
  name: string;
  ask(request: Request): Response | Promise<Response>;
}

/** What is attacked: an installation and servers over it. */
export interface ProofTarget {
  readonly fleet: Fleet;
  readonly catalog: Catalog;
  readonly directory: TenantDirectory;
  readonly binding: TenantBinding;
  readonly identity: Identity;
  readonly schema: GraphQLSchema;
  readonly servers: readonly AttackedServer[];
  /** The domain below which a host names a tenant, in the servers above. */
  readonly domain: string;
  /** The same binding over slots of the proof's own. */
  bindingOver(pool: SlotPool): TenantBinding;
  /** Whether connections may keep prepared statements. */
  readonly prepare: boolean;
}
