import { asc, sql } from 'drizzle-orm';
import { profiles } from '../people/tables.ts';
import { isOneOf } from './bulk-rows.ts';
import { makeMissing } from './make-missing.ts';
import type { PersonRecord } from './records.ts';
import type { WriteContext } from './write-context.ts';

/** Makes profiles without an account for people who are not there, neither by reference nor by email. */
export async function writePeople(context: WriteContext, records: readonly PersonRecord[]): Promise<void> {
  const { people } = context.known;
  await knowByEmail(context, records);
  await makeMissing(context, {
    table: profiles,
    type: 'Profile',
    resource: 'profile',
    records,
    isKnown: (reference) => people.has(reference),
    learn: (reference, { id }) => people.set(reference, id),
    columnsOf: ({ firstName, lastName = '', email = null }) => ({ firstName, lastName, email }),
  });
}

/** Somebody of the organization who has the email is meant, whatever the reference. */
async function knowByEmail({ tx, known }: WriteContext, records: readonly PersonRecord[]): Promise<void> {
  const unknown = records.filter(({ reference, email }) => email && !known.people.has(reference));
  if (unknown.length === 0) return;
  const emails = unknown.map(({ email }) => email!);
  const found = await tx
    .select({ id: profiles.id, email: sql<string>`lower(${profiles.email})` })
    .from(profiles)
    .where(isOneOf(sql`lower(${profiles.email})`, emails))
    .orderBy(asc(profiles.id));
  for (const { reference, email } of unknown) {
    const person = found.find((each) => each.email === email);
    if (person) known.people.set(reference, person.id);
  }
}
