import { AppError } from '../../lib/errors.ts';
import type { Database } from '../../tenancy/databases/databases.ts';
import { primaryDatabaseId } from '../../tenancy/installation.ts';
import type { Fleet } from '../fleet.ts';
import { checkDatabase } from './check-database.ts';

/** Throws INVALID_STATE for a database that is not lost: it still answers, or it is the primary one. */
export async function requireLost(fleet: Fleet, database: Database): Promise<void> {
  if (database.id === primaryDatabaseId) {
    throw new AppError(
      'INVALID_STATE',
      'The primary database cannot be replaced: restore its catalog into a new installation (`chantier restore`)',
    );
  }
  const { error } = await checkDatabase(fleet, database);
  if (error !== null) return;
  throw new AppError(
    'INVALID_STATE',
    `The database ${database.name} answers, so it is not lost: move its organizations instead`,
  );
}
