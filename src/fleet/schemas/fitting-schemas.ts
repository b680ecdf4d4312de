import { sql } from 'drizzle-orm';
import { type Applied, fitsBuild, type Ledger, stateOf } from '../../db/migration-ledger.ts';
import { AppError } from '../../lib/errors.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import { migrating, type SchemaFit, type ServedSchema } from '../../tenancy/schema-fit.ts';
import { adminsOf, allAdminsOf, type Fleet } from '../fleet.ts';
import { readLedgers, surveyPlaces } from '../survey.ts';
import { readLedger } from './migrate-database.ts';

/** How long "does not fit" is cached: the schema's migration may finish at any time. */
const unfitMs = 1_000;
/** How long a database may take to return its ledger. */
const answerMs = 5_000;
/** Maximum number of cached answers; the oldest are evicted. */
const capacity = 50_000;

interface Answer {
  fits: boolean;
  /** By the monotonic clock. */
  at: number;
}

/** Schemas of one database whose migrations are read in one query. */
interface Batch {
  schemas: Map<string, ServedSchema>;
  answered: Promise<void>;
}

/**
 * Cache that says which schemas fit this build, read from the ledgers of their databases. `refresh` reads all ledgers
 * at the start and then every minute; a schema that is unknown, or did not fit when last read, is read when it is used.
 * The ledger is the only source: the transaction of each migration writes its row there, whichever build runs it.
 */
export class FittingSchemas implements SchemaFit {
  readonly #fleet: Fleet;
  readonly #answers = new Map<string, Answer>();
  readonly #waiting = new Map<string, Batch>();
  readonly #asking = new Map<string, Promise<void>>();

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
    // Its URL may now lead to another server
    fleet.catalog.bus.on('database.changed', ({ databaseId }) => this.#forget(databaseId));
  }

  known(schema: ServedSchema): boolean | undefined {
    const answer = this.#answers.get(keyOf(schema));
    if (!answer) return undefined;
    return answer.fits || performance.now() - answer.at < unfitMs ? answer.fits : undefined;
  }

  async require(schema: ServedSchema): Promise<void> {
    if (this.known(schema) === undefined) await this.#ask(schema);
    if (!this.known(schema)) throw migrating();
  }

  /**
   * Reads the ledgers of all databases. Forgets the schemas of a database that does not answer: it may come back with
   * other schemas.
   */
  async refresh(): Promise<{ unfit: string[]; away: { name: string; schemas: number; error: unknown }[] }> {
    await using admins = allAdminsOf(this.#fleet);
    const places = await surveyPlaces(this.#fleet.catalog);
    const { ledgers, away } = await readLedgers(admins, places);
    for (const { databaseId } of away) this.#forget(databaseId);
    const unfit: string[] = [];
    for (const place of places) {
      const ledger = ledgers.get(place.databaseId);
      if (!ledger || !place.organization) continue;
      const { slug, modules } = place.organization;
      if (!this.#note({ ...place, modules: new Set(modules) }, ledger)) unfit.push(slug);
    }
    return { unfit, away };
  }

  /** Reads one schema's ledger. Calls that arrive while a query is running share the next one. */
  async #ask(schema: ServedSchema): Promise<void> {
    const batch = this.#waiting.get(schema.databaseId) ?? this.#begin(schema.databaseId);
    batch.schemas.set(schema.schemaName, schema);
    await batch.answered;
  }

  #begin(databaseId: string): Batch {
    const before = this.#asking.get(databaseId) ?? Promise.resolve();
    const schemas: Batch['schemas'] = new Map();
    const answered = before.then(async () => {
      this.#waiting.delete(databaseId);
      const ledger = await this.#read(databaseId, [...schemas.keys()]);
      for (const schema of schemas.values()) this.#note(schema, ledger);
    });
    const settled = answered.catch(() => {});
    this.#asking.set(databaseId, settled);
    void settled.then(() => this.#asking.get(databaseId) === settled && this.#asking.delete(databaseId));
    const batch = { schemas, answered };
    this.#waiting.set(databaseId, batch);
    return batch;
  }

  async #read(databaseId: string, names: readonly string[]): Promise<Ledger> {
    try {
      return await (databaseId === primaryDatabaseId ? this.#readPrimary(names) : this.#readFurther(databaseId, names));
    } catch (cause) {
      const message = "The migrations of this organization's database cannot be read right now; try again";
      throw new AppError('UNAVAILABLE', message, { retryAfter: 5 }, { cause });
    }
  }

  /** Uses the catalog's connections, because new organizations are looked up here. */
  async #readPrimary(names: readonly string[]): Promise<Ledger> {
    const rows = await this.#fleet.catalog.read((db) =>
      db.execute<Applied & { schema: string } & Record<string, unknown>>(
        sql`select schema_name as schema, module as line, name, hash from chantier.tenant_migrations where schema_name = any(${sql.param(names)}::text[])`,
      ),
    );
    return Map.groupBy([...rows], ({ schema }) => schema);
  }

  async #readFurther(databaseId: string, names: readonly string[]): Promise<Ledger> {
    await using admins = adminsOf(this.#fleet, databaseId);
    return await admins.use((admin, installation) =>
      admin.within(answerMs, () => readLedger(admin, installation, [...names, 'extensions'])),
    );
  }

  #note(schema: ServedSchema, ledger: Ledger): boolean {
    const { lines } = this.#fleet;
    const applied = (name: string) => ledger.get(name) ?? [];
    const own = lines.stateOf(applied(schema.schemaName), [...schema.modules]);
    const isFurther = schema.databaseId !== primaryDatabaseId;
    const fits = fitsBuild(own) && (!isFurther || fitsBuild(stateOf(lines.database, applied('extensions'))));
    const key = keyOf(schema);
    this.#answers.delete(key);
    if (this.#answers.size >= capacity) this.#answers.delete(this.#answers.keys().next().value!);
    this.#answers.set(key, { fits, at: performance.now() });
    return fits;
  }

  #forget(databaseId: string): void {
    for (const key of this.#answers.keys()) if (key.startsWith(`${databaseId} `)) this.#answers.delete(key);
  }
}

const keyOf = ({ databaseId, schemaName }: ServedSchema): string => `${databaseId} ${schemaName}`;
