import { asc, sql } from 'drizzle-orm';
import { profiles } from '../people/tables.ts';
import { findByReference, isOneOf } from './bulk-rows.ts';
import { createMissing } from './create-missing.ts';
import type { PersonRecord } from './records.ts';
import type { WriteContext } from './write-context.ts';

/** Creates profiles, without accounts, for people who are found neither by reference nor by email. */
export async function writePeople(context: WriteContext, records: readonly PersonRecord[]): Promise<void> {
  const { people } = context.known;
  await resolveByReference(context, records);
  await resolveByEmail(context, records);
  await createMissing(context, {
    table: profiles,
    type: 'Profile',
    resource: 'profile',
    records,
    isKnown: (reference) => people.has(reference),
    remember: (reference, { id }) => people.set(reference, id),
    columnsOf: ({ firstName, lastName = '', email = null }) => ({ firstName, lastName, email }),
  });
}

async function resolveByReference({ tx, known }: WriteContext, records: readonly PersonRecord[]): Promise<void> {
  const unknown = records.flatMap(({ reference }) => (known.people.has(reference) ? [] : [reference]));
  if (unknown.length === 0) return;
  for (const { id, externalReference } of await findByReference(tx, profiles, [...new Set(unknown)])) {
    known.people.set(externalReference!, id);
  }
}

/**
 * Finds existing people by email, except those whose own reference the files contain: two references with the same
 * email are two people.
 */
async function resolveByEmail({ tx, known, survey }: WriteContext, records: readonly PersonRecord[]): Promise<void> {
  const unknown = records.filter((each) => !known.people.has(each.reference) && survey.isFirstOfEmail(each));
  if (unknown.length === 0) return;
  const found = await tx
    .select({
      id: profiles.id,
      email: sql<string>`lower(${profiles.email})`,
      externalReference: profiles.externalReference,
    })
    .from(profiles)
    .where(
      isOneOf(
        sql`lower(${profiles.email})`,
        unknown.map(({ email }) => email!),
      ),
    )
    .orderBy(asc(profiles.id));
  const free = found.filter(({ externalReference }) => !externalReference || !survey.hasPerson(externalReference));
  for (const { reference, email } of unknown) {
    const person = free.find((each) => each.email === email);
    if (person) known.people.set(reference, person.id);
  }
}
