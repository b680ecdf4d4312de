import type { SlotSource } from '../db/slot-pool.ts';
import { AppError } from '../lib/errors.ts';
import type { Tenant } from './tenant.ts';

export type ServedSchema = Pick<Tenant, 'databaseId' | 'schemaName' | 'modules'>;

/** Knows which schemas this build can serve: those with the tables that it uses. */
export interface SchemaFit {
  /** The cached answer; undefined if the schema's database has to be asked. */
  known(schema: ServedSchema): boolean | undefined;
  /**
   * Asks the schema's database. Throws MIGRATING if the schema does not fit, UNAVAILABLE if the database does not
   * answer.
   */
  require(schema: ServedSchema): Promise<void>;
}

/** A migration takes a moment, so clients retry soon. */
export const migrating = (): AppError =>
  new AppError('MIGRATING', 'This organization is being migrated; try again in a moment', { retryAfter: 5 });

/** Slots for a schema that may not fit. Its database is asked once a connection shows that it is up. */
export const fittingSlots = (fit: SchemaFit, schema: ServedSchema, slots: SlotSource): SlotSource => ({
  logger: slots.logger,
  acquire: async (key, signal) => {
    const lease = await slots.acquire(key, signal);
    try {
      await fit.require(schema);
      return lease;
    } catch (error) {
      lease.release();
      throw error;
    }
  },
});
