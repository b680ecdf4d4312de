import { z } from 'zod';
import { AppError, badInput } from '../../lib/errors.ts';
import { readJson } from '../../lib/read-text.ts';

/**
 * Incremented when readers of the previous format could not read an archive. Version 2 has parts of other sizes, and
 * incremental archives.
 */
const formatVersion = 2;
export const manifestName = 'manifest.json';
export const mostManifestBytes = 16 * 1024 * 1024;

const identifier = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const instant = z.iso.datetime();

export const part = z.strictObject({
  file: z.string(),
  /** The file is in the archive that `base` names. */
  inBase: z.literal(true).optional(),
  rows: count,
  /** Size of the uncompressed text. */
  bytes: count,
  sha256: digest,
  /** Size of the file in the archive. */
  packedBytes: count,
  packedSha256: digest,
});

const table = z.strictObject({
  name: identifier,
  columns: z.array(z.strictObject({ name: identifier, type: z.string().max(200) })).max(1600),
  rows: count,
  /** The last value of each identity column and sequence. */
  counters: z.record(identifier, z.strictObject({ last: z.string().regex(/^\d{1,19}$/), called: z.boolean() })),
  parts: z.array(part),
});

const organization = z.strictObject({
  id: z.uuid(),
  slug: z.string().max(50),
  name: z.string().max(200),
  description: z.string().max(2_000).nullable(),
  logoUrl: z.string().max(2_000).nullable(),
  website: z.string().max(2_000).nullable(),
  image: z.string().max(2_000).nullable(),
  timeZone: z.string().max(100),
  locale: z.string().max(100),
  currency: z.string().max(3),
  modules: z.array(z.string().max(63)).max(100),
  settings: z.record(z.string().max(200), z.json()),
  permissions: z
    .array(z.strictObject({ role: z.string().max(50), permission: z.string().max(100), granted: z.boolean() }))
    .max(10_000),
});

const manifest = z.strictObject({
  format: z.literal('chantier archive'),
  version: z.union([z.literal(1), z.literal(formatVersion)]),
  kind: z.enum(['TENANT', 'CATALOG']),
  /** The program that wrote it. */
  product: z.string().max(50),
  /** The instant of the archived state, by the server's clock. */
  snapshotAt: instant,
  /** Of an incremental archive: the name of the full archive beside it that has the unchanged parts. */
  base: z.string().max(200).optional(),
  postgres: z.string().max(100),
  /** Null for the archive of the catalog. */
  organization: organization.nullable(),
  /** The migrations applied to the schema, in order of application. */
  migrations: z.array(z.strictObject({ line: identifier, name: z.string().max(200), hash: digest })).max(10_000),
  /** Referenced tables first, so that they can be loaded in this order. */
  tables: z.array(table).max(10_000),
  /** The era of the source's event log, and the cursor of its newest event. */
  events: z.strictObject({ era: z.int().min(1).max(999_999_998), last: z.string().max(60).nullable() }).nullable(),
});

export type Manifest = z.output<typeof manifest>;
export type ArchivedOrganization = z.output<typeof organization>;
export type ArchivedTable = z.output<typeof table>;
export type Part = z.output<typeof part>;

export const newManifest = (rest: Omit<Manifest, 'format' | 'version'>): Manifest => ({
  format: 'chantier archive',
  version: formatVersion,
  ...rest,
});

/** Throws SCHEMA_MISMATCH for the manifest of a newer format, BAD_INPUT for an invalid one. */
export function parseManifest(data: Buffer): Manifest {
  const found = readJson(data.toString('utf8'));
  const version = z.object({ version: z.int() }).safeParse(found).data?.version;
  if (version !== undefined && version > formatVersion) {
    throw new AppError('SCHEMA_MISMATCH', 'A newer build made this archive: restore it with that build');
  }
  const { data: parsed, error } = manifest.safeParse(found);
  if (parsed) return parsed;
  const issue = error.issues[0];
  throw badArchive(`has an invalid manifest${issue ? `: ${issue.path.join('.')} ${issue.message}` : ''}`);
}

/** The file name of a table's n-th part, from 1. */
export const partName = (tableName: string, n: number): string =>
  `data/${tableName}/${String(n).padStart(6, '0')}.copy.zst`;

export const isPartName = (name: string): boolean => /^data\/[a-z_][a-z0-9_]{0,62}\/\d{6}\.copy\.zst$/.test(name);

/** BAD_INPUT with the reason why an archive is rejected. */
export const badArchive = (what: string): AppError => badInput(`The archive ${what}`, 'archive');
