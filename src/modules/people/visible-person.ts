import type { GuardedDb } from '../../access/guarded-db.ts';
import { visibleId } from '../../graphql/declare/visible-id.ts';

/** The id of a person whom the viewer sees, by the argument `profileId` of a query. Throws NOT_FOUND. */
export const visiblePerson = (db: GuardedDb, given: string): Promise<string> =>
  visibleId(db, given, { table: 'profiles', typename: 'Profile', field: 'profileId' });
