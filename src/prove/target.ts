import type { GraphQLSchema } from 'graphql';
import type { SlotPool } from '../db/slot-pool.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Identity } from '../identity/identity.ts';
import type { TenantBinding } from '../tenancy/binding.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import type { TenantDirectory } from '../tenancy/directory.ts';

/** A server of the product with its own caches, as a function, so that tests can replace its parts with leaky ones. */
export interface AttackedServer {
  name: string;
  ask(request: Request): Response | Promise<Response>;
  /** Where it accepts WebSockets, if it listens on a port. */
  socketUrl?: string;
}

/** The target of a proof: an installation and servers over it. */
export interface ProofTarget {
  readonly fleet: Fleet;
  readonly catalog: Catalog;
  readonly directory: TenantDirectory;
  readonly binding: TenantBinding;
  readonly identity: Identity;
  readonly schema: GraphQLSchema;
  readonly servers: readonly AttackedServer[];
  /** The domain whose subdomains name tenants in these servers. */
  readonly domain: string;
  /** A tenant binding over a pool of the proof's own. */
  bindingOver(pool: SlotPool): TenantBinding;
  /** Whether connections may keep prepared statements. */
  readonly prepare: boolean;
}
