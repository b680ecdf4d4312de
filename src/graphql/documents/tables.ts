import { sql } from 'drizzle-orm';
import { bigint, check, foreignKey, index, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { instant, oneOf, primaryId, table } from '../../lib/columns.ts';
import { organizations } from '../../tenancy/tables.ts';

export const clientVersionStates = ['PENDING', 'ACTIVE', 'RETIRED'] as const;

/** Released versions of client programs: of an organization, or of the whole installation when there is none. */
export const clientVersions = table(
  'client_versions',
  {
    id: primaryId(),
    organizationId: uuid().references(() => organizations.id, { onDelete: 'cascade' }),
    client: text().notNull(),
    version: text().notNull(),
    state: text({ enum: clientVersionStates }).notNull(),
    createdAt: instant().notNull().defaultNow(),
    retiredAt: instant(),
  },
  (t) => [
    unique('client_versions_version_key').on(t.organizationId, t.client, t.version).nullsNotDistinct(),
    check('client_versions_state_check', oneOf(t.state, clientVersionStates)),
    check('client_versions_retired_check', sql`(${t.state} = 'RETIRED') = (${t.retiredAt} is not null)`),
  ],
);

/**
 * Documents that clients may run by their id. Within an organization, or within the installation, an id means one text
 * for ever.
 */
export const trustedDocuments = table(
  'trusted_documents',
  {
    id: primaryId(),
    organizationId: uuid().references(() => organizations.id, { onDelete: 'cascade' }),
    /** The client that registered it first. */
    client: text().notNull(),
    documentId: text().notNull(),
    /** SHA-256 of the text, in hexadecimal digits. */
    hash: text().notNull(),
    document: text().notNull(),
    /** The names of its operations. */
    operations: text().array().notNull(),
    /** The schema coordinates of everything that it uses. */
    coordinates: text().array().notNull(),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [unique('trusted_documents_document_id_key').on(t.organizationId, t.documentId).nullsNotDistinct()],
);

/** The documents of each client version, and their use. */
export const clientVersionDocuments = table(
  'client_version_documents',
  {
    clientVersionId: uuid().notNull(),
    trustedDocumentId: uuid().notNull(),
    uses: bigint({ mode: 'number' }).notNull().default(0),
    lastUsedAt: instant(),
  },
  (t) => [
    primaryKey({ name: 'client_version_documents_pkey', columns: [t.clientVersionId, t.trustedDocumentId] }),
    foreignKey({
      name: 'client_version_documents_version_fkey',
      columns: [t.clientVersionId],
      foreignColumns: [clientVersions.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'client_version_documents_document_fkey',
      columns: [t.trustedDocumentId],
      foreignColumns: [trustedDocuments.id],
    }).onDelete('cascade'),
    index('client_version_documents_trusted_document_id_idx').on(t.trustedDocumentId),
  ],
);
