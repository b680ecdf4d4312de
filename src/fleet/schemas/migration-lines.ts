import path from 'node:path';
import { type Migration, mergeLines, readLine } from '../../db/migration-files.ts';
import { type Applied, type SchemaState, stateOf } from '../../db/migration-ledger.ts';
import { badInput } from '../../lib/errors.ts';
import { coreModules, optionalModules } from '../../tenancy/modules.ts';

/** Directory of this build's migrations. */
export const migrationsRoot = path.resolve(import.meta.dirname, '../../../drizzle');

/** The migration lines of a build (one per module, one for databases, one for the catalog), read once. */
export class MigrationLines {
  /** Applied to every database that contains tenants. */
  readonly database: readonly Migration[];
  /** Applied to the primary database only. */
  readonly catalog: readonly Migration[];
  readonly #modules: ReadonlyMap<string, readonly Migration[]>;
  readonly #core: readonly string[];
  readonly #optional: readonly string[];
  /** By the applied migrations and the names of the optional modules. */
  readonly #states = new WeakMap<readonly Applied[], Map<string, SchemaState>>();

  constructor(
    root: string = migrationsRoot,
    core: readonly string[] = coreModules,
    optional: readonly string[] = optionalModules,
  ) {
    this.database = readLine(root, 'database');
    this.catalog = readLine(root, 'catalog');
    this.#core = core;
    this.#optional = optional;
    this.#modules = new Map([...core, ...optional].map((line) => [line, readLine(root, line)]));
  }

  /** The migrations of an optional module. Throws BAD_INPUT for a core module or an unknown one. */
  ofOptional(module: string): readonly Migration[] {
    if (this.#core.includes(module)) throw badInput(`Every organization has the module ${module}`, 'input.module');
    if (!this.#optional.includes(module)) throw badInput(`There is no module ${module}`, 'input.module');
    return this.#modules.get(module) ?? [];
  }

  /** The migrations of a tenant with these optional modules, in order of application. */
  ofTenant(optional: readonly string[] = []): Migration[] {
    return mergeLines([...this.#core, ...optional].map((line) => this.#modules.get(line) ?? []));
  }

  /**
   * The state of a tenant's schema with these applied migrations. Compares each list of them once: a ledger has one
   * list for all schemas with the same migrations.
   */
  stateOf(applied: readonly Applied[], optional: readonly string[] = []): SchemaState {
    const states = this.#states.get(applied) ?? new Map<string, SchemaState>();
    this.#states.set(applied, states);
    const key = optional.join();
    const state = states.get(key) ?? stateOf(this.ofTenant(optional), applied, this.everything());
    states.set(key, state);
    return state;
  }

  /** The migrations of all modules, in order of application. */
  inOrder(): Migration[] {
    return mergeLines([...this.#modules.values()]);
  }

  /**
   * The migrations of all modules, in no particular order. A schema may have any of them, because modules that were
   * switched off keep their tables.
   */
  everything(): Migration[] {
    return [...this.#modules.values()].flat();
  }
}
