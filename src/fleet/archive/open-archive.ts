import { ByteSource } from '../../lib/byte-source.ts';
import { AppError, badInput } from '../../lib/errors.ts';
import { toMachineError } from '../../lib/machine-error.ts';
import { addressOf, type ObjectPlace } from '../../storage/storage.ts';
import {
  badArchive,
  isPartName,
  type Manifest,
  manifestName,
  mostManifestBytes,
  type Part,
  parseManifest,
  partName,
} from '../copy/manifest.ts';
import { mostPartBytes, sha256, unpackPart } from '../copy/parts.ts';
import { type OpeningKey, sniffBytes, unlock } from './archive-key.ts';
import { readTar, type TarEntry } from './tar.ts';

export interface Archive {
  readonly place: ObjectPlace;
  /** The address of the archive, for people. */
  readonly file: string;
  readonly manifest: Manifest;
  /** The key that opened it. */
  readonly key: OpeningKey | undefined;
}

export interface ArchivedPart {
  table: string;
  part: Part;
  /** COPY's text, in whole rows. */
  text: Buffer;
}

interface StoredFile {
  name: string;
  bytes: number;
  sha256: string;
}

/**
 * Reads a whole archive and checks it before anything uses it: it must contain the files of its manifest, in order,
 * with the given sizes and checksums, and nothing else. Throws BAD_INPUT for any other file, SCHEMA_MISMATCH for an
 * archive of a newer format.
 */
export async function openArchive(place: ObjectPlace, key?: OpeningKey): Promise<Archive> {
  const files: StoredFile[] = [];
  let manifest: Manifest | undefined;
  for await (const { name, data } of entries(place, key)) {
    if (manifest) throw badArchive('continues after its manifest');
    if (name === manifestName) manifest = parseManifest(data);
    else files.push({ name, bytes: data.length, sha256: sha256(data) });
  }
  if (!manifest) throw badArchive('has no manifest');
  compare(manifest, files);
  return { place, file: addressOf(place), manifest, key };
}

/**
 * The parts of an archive in order, decompressed one at a time. Throws BAD_INPUT if the archive has changed since it
 * was opened.
 */
export async function* partsOf({ place, manifest, key }: Archive): AsyncGenerator<ArchivedPart> {
  const expected = manifest.tables.flatMap(({ name, parts }) => parts.map((part) => ({ table: name, part })));
  let next = 0;
  for await (const { name, data } of entries(place, key)) {
    if (name === manifestName) break;
    const { table, part } = expected[next++] ?? {};
    if (part?.file !== name || sha256(data) !== part.packedSha256) throw badArchive('was changed while it was read');
    yield { table: table!, part, text: await unpackPart(part, data) };
  }
  if (next !== expected.length) throw badArchive('was changed while it was read');
}

async function* entries(place: ObjectPlace, key: OpeningKey | undefined): AsyncGenerator<TarEntry> {
  await using stored = new ByteSource(readable(place));
  const begin = await stored.take(sniffBytes);
  await using source = new ByteSource(unlock(joined(begin, stored), begin, key));
  yield* readTar(source, sizeLimit);
}

async function* joined(begin: Buffer, rest: ByteSource): AsyncGenerator<Buffer> {
  if (begin.length > 0) yield begin;
  yield* rest.rest();
}

/** Throws BAD_INPUT for a file that does not exist, or that may not be read. */
async function* readable(place: ObjectPlace): AsyncGenerator<Buffer> {
  try {
    yield* place.storage.get(place.name);
  } catch (cause) {
    const known = cause instanceof AppError ? cause : toMachineError(cause);
    if (known && !['NOT_FOUND', 'BAD_INPUT'].includes(known.code)) throw known;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw badInput(`The archive ${addressOf(place)} cannot be read: ${reason}`, 'archive');
  }
}

const sizeLimit = (name: string): number | undefined =>
  name === manifestName ? mostManifestBytes : isPartName(name) ? mostPartBytes : undefined;

function compare({ tables }: Manifest, files: readonly StoredFile[]): void {
  let next = 0;
  if (new Set(tables.map(({ name }) => name)).size < tables.length) throw badArchive('lists a table twice');
  for (const { name, rows, parts } of tables) {
    for (const [n, part] of parts.entries()) {
      const found = files[next++];
      const isSame =
        found?.name === part.file && found.bytes === part.packedBytes && found.sha256 === part.packedSha256;
      if (part.file !== partName(name, n + 1) || !isSame) throw badArchive('does not match its manifest');
      if (part.bytes > mostPartBytes) throw badArchive('has a part that is too large');
    }
    const counted = parts.reduce((sum, part) => sum + part.rows, 0);
    if (counted !== rows) throw badArchive('does not match its manifest');
  }
  if (next !== files.length) throw badArchive('does not match its manifest');
}
