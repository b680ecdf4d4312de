import type { GuardedDb } from '../../access/guarded-db.ts';
import { externalReferenceOf } from '../../graphql/declare/global-id.ts';
import { notFound } from '../../lib/errors.ts';

/** The id of a person whom the viewer sees, by the argument `profileId` of a query. Throws NOT_FOUND. */
export async function visiblePerson(db: GuardedDb, given: string): Promise<string> {
  const externalReference = externalReferenceOf(given);
  const where = externalReference === undefined ? { id: given } : { externalReference };
  const person = await db.query.profiles.findFirst({ where, columns: { id: true } });
  if (!person) throw notFound('Profile', 'profileId');
  return person.id;
}
