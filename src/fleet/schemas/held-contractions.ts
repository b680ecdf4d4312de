import type { Migration } from '../../db/migration-files.ts';
import { isContraction } from '../../db/migration-ledger.ts';
import type { FleetAdmins } from '../fleet.ts';
import { livingServers, type OldServer } from '../servers/old-servers.ts';

/** What a run did not apply, because servers run that still need what it takes away. */
export interface HeldReport {
  /** `line/name`. */
  migrations: string[];
  /** How many schemas lack them. */
  schemas: number;
  /** Which servers, for people. */
  servers: string[];
}

/**
 * Holds contractions back while a server runs whose build does not know them. What comes after such a contraction in a
 * schema is held back too: it may have been written for a schema without what the contraction takes away.
 */
export class HeldContractions {
  readonly #servers: readonly OldServer[];
  readonly #migrations = new Set<string>();
  readonly #waitedFor = new Set<OldServer>();
  #schemas = 0;

  constructor(servers: readonly OldServer[]) {
    this.#servers = servers;
  }

  static async find(admins: FleetAdmins): Promise<HeldContractions> {
    return new HeldContractions(await livingServers(admins));
  }

  /** The pending migrations of one schema that can be applied now. */
  applicable(pending: readonly Migration[]): readonly Migration[] {
    const first = pending.findIndex((migration) => isContraction(migration) && this.#needing(migration).length > 0);
    if (first === -1) return pending;
    this.#schemas++;
    for (const migration of pending.slice(first)) this.#migrations.add(keyOf(migration));
    for (const server of this.#needing(pending[first]!)) this.#waitedFor.add(server);
    return pending.slice(0, first);
  }

  get report(): HeldReport {
    const servers = [...this.#waitedFor].map(({ name }) => name);
    return { migrations: [...this.#migrations].sort(), schemas: this.#schemas, servers };
  }

  #needing(migration: Migration): OldServer[] {
    return this.#servers.filter(({ contractions }) => !contractions.has(keyOf(migration)));
  }
}

const keyOf = ({ line, name }: Migration): string => `${line}/${name}`;
