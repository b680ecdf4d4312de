import path from 'node:path';
import { type Migration, mergeLines, readLine } from '../../db/migration-files.ts';
import { badInput } from '../../lib/errors.ts';
import { coreModules, optionalModules } from '../../tenancy/modules.ts';

/** Where the migrations of this build are. */
export const migrationsRoot = path.resolve(import.meta.dirname, '../../../drizzle');

/** The migration lines of a build, read once. */
export class MigrationLines {
  /** What every database that holds tenants has. */
  readonly database: readonly Migration[];
  /** The catalog's tables, in the primary database only. */
  readonly catalog: readonly Migration[];
  readonly #modules: ReadonlyMap<string, readonly Migration[]>;
  readonly #core: readonly string[];
  readonly #optional: readonly string[];

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

  /**
   * The migrations of a module that can be switched. Throws BAD_INPUT for a core module, and for one that there is not.
   */
  ofOptional(module: string): readonly Migration[] {
    if (this.#core.includes(module)) throw badInput(`Every organization has the module ${module}`, 'input.module');
    if (!this.#optional.includes(module)) throw badInput(`There is no module ${module}`, 'input.module');
    return this.#modules.get(module) ?? [];
  }

  /** What a tenant with these optional modules has, in the order in which it is applied. */
  ofTenant(optional: readonly string[] = []): Migration[] {
    return mergeLines([...this.#core, ...optional].map((line) => this.#modules.get(line) ?? []));
  }

  /** The same of every module, whether it is switched on or not. */
  inOrder(): Migration[] {
    return mergeLines([...this.#modules.values()]);
  }

  /** Everything that a tenant's schema may hold: modules that were switched off keep their tables. */
  everything(): Migration[] {
    return [...this.#modules.values()].flat();
  }
}
