import type { Migration } from '../../db/migration-files.ts';
import { isContraction } from '../../db/migration-ledger.ts';
import type { FleetAdmins } from '../fleet.ts';
import { type LivingServer, livingServers } from '../servers/living-servers.ts';

/** Contractions that a run held back because of running servers, with the migrations that follow them. */
export interface HeldReport {
  /** `line/name`. */
  migrations: string[];
  /** How many schemas lack at least one of them. */
  schemas: number;
  /** Names of the servers that must stop first. */
  servers: string[];
}

/**
 * Holds a contraction back while a server runs whose build does not have it, and so may still use what it drops. The
 * migrations after it in the same schema are held back too, because they may depend on it.
 */
export class HeldContractions {
  readonly #servers: readonly LivingServer[];
  readonly #migrations = new Set<string>();
  readonly #waitedFor = new Set<LivingServer>();
  #schemas = 0;

  constructor(servers: readonly LivingServer[]) {
    this.#servers = servers;
  }

  static async find(admins: FleetAdmins): Promise<HeldContractions> {
    return new HeldContractions(await livingServers(admins));
  }

  /** The leading part of a schema's pending migrations that may be applied now. Call it once per schema. */
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

  #needing(migration: Migration): LivingServer[] {
    return this.#servers.filter(({ contractions }) => !contractions.has(keyOf(migration)));
  }
}

const keyOf = ({ line, name }: Migration): string => `${line}/${name}`;
