import { index, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { externalReference, label, lifetime, primaryId, table, tsvector, version } from '../../lib/columns.ts';
import { profiles } from '../people/tables.ts';

export const clients = table(
  'clients',
  {
    id: primaryId(),
    name: label().notNull(),
    mainContact: text(),
    /** The profile that sees this client's projects if its member's role is CLIENT. */
    contactId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    sector: text(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
    /** The words of the name (weight A), of the contact (B) and of the sector (C); a trigger fills it. */
    search: tsvector(),
  },
  (t) => [
    index('clients_search').using('gin', t.search),
    index('clients_name').on(t.name),
    index('clients_contact').on(t.contactId),
    uniqueIndex('clients_external_reference').on(t.externalReference),
  ],
);
