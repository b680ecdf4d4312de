import { AppError } from '../../lib/errors.ts';
import type { Database } from '../../tenancy/databases/databases.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import type { Fleet } from '../fleet.ts';
import { checkDatabase } from './check-database.ts';

/**
 * Refuses to give up a database that still works. Throws INVALID_STATE for the primary database, and for one that
 * answers as the registered one.
 */
export async function requireLost(fleet: Fleet, database: Database): Promise<void> {
  if (database.id === primaryDatabaseId) {
    throw new AppError(
      'INVALID_STATE',
      'The primary database cannot be replaced: restore its catalog into a new installation',
    );
  }
  const { error } = await checkDatabase(fleet, database);
  if (error !== null) return;
  throw new AppError(
    'INVALID_STATE',
    `The database ${database.name} answers, so it is not lost: move its organizations`,
  );
}
