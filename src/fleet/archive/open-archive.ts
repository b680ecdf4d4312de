import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
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
import { readArchiveName } from './archive-names.ts';
import { readTar, type TarEntry } from './tar.ts';

export interface Archive {
  readonly place: ObjectPlace;
  /** The address of the archive, for people. */
  readonly file: string;
  readonly manifest: Manifest;
  /** Of an incremental archive: the full one that has its unchanged parts. */
  readonly base: Archive | undefined;
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
 * with the given sizes and checksums, and nothing else. Does the same for the full archive that an incremental one
 * refers to, which must be beside it. Throws BAD_INPUT for any other file, SCHEMA_MISMATCH for an archive of a newer
 * format.
 */
export async function openArchive(place: ObjectPlace, key?: OpeningKey): Promise<Archive> {
  const found = await readWhole(place, key);
  const base = found.manifest.base === undefined ? undefined : await openBase(found, found.manifest.base);
  compareWithBase(found.manifest, base?.manifest);
  return { ...found, base };
}

type Single = Omit<Archive, 'base'>;

async function readWhole(place: ObjectPlace, key: OpeningKey | undefined): Promise<Single> {
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

/** Only the full archive of the same organization in the same folder: an archive cannot point anywhere else. */
async function openBase({ place: { storage, name }, manifest, key }: Single, base: string): Promise<Archive> {
  if (!readArchiveName(base) || base.includes('/')) throw badArchive('refers to a file that is no archive');
  const found = await readWhole({ storage, name: path.posix.join(path.posix.dirname(name), base) }, key);
  if (found.manifest.base !== undefined || found.manifest.organization?.id !== manifest.organization?.id) {
    throw badArchive('refers to an archive that is not full, or of something else');
  }
  compareWithBase(found.manifest, undefined);
  return { ...found, base: undefined };
}

/**
 * The parts of an archive in order, decompressed one at a time. Throws BAD_INPUT if the archive has changed since it
 * was opened.
 */
export async function* partsOf({ place, manifest, base, key }: Archive): AsyncGenerator<ArchivedPart> {
  await using own = entries(place, key);
  await using ofBase = base && entries(base.place, key);
  for (const { name, parts } of manifest.tables) {
    for (const part of parts) {
      const found = part.inBase ? await seek(ofBase, part) : await nextOf(own);
      if (found?.name !== part.file || sha256(found.data) !== part.packedSha256) throw changed();
      yield { table: name, part, text: await unpackPart(part, found.data) };
    }
  }
  if ((await nextOf(own))?.name !== manifestName) throw changed();
}

const changed = () => badArchive('was changed while it was read');

/** Skips files up to that of a part. */
async function seek(files: AsyncGenerator<TarEntry> | undefined, { file }: Part): Promise<TarEntry | undefined> {
  if (!files) return undefined;
  let entry = await nextOf(files);
  while (entry && entry.name !== file) entry = await nextOf(files);
  return entry;
}

async function nextOf(files: AsyncGenerator<TarEntry>): Promise<TarEntry | undefined> {
  const next = await files.next();
  return next.done ? undefined : next.value;
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
      if (part.bytes > mostPartBytes) throw badArchive('has a part that is too large');
      if (part.inBase) continue;
      const found = files[next++];
      const isSame =
        found?.name === part.file && found.bytes === part.packedBytes && found.sha256 === part.packedSha256;
      if (part.file !== partName(name, n + 1) || !isSame) throw notAsManifest();
    }
    const counted = parts.reduce((sum, part) => sum + part.rows, 0);
    if (counted !== rows) throw notAsManifest();
  }
  if (next !== files.length) throw notAsManifest();
}

/** The parts that an incremental archive refers to must be in its base, in the same order. */
function compareWithBase({ tables }: Manifest, base: Manifest | undefined): void {
  const held = (base?.tables ?? []).flatMap(({ parts }) => parts);
  let at = 0;
  for (const { inBase, ...part } of tables.flatMap(({ parts }) => parts)) {
    if (!inBase) continue;
    while (at < held.length && held[at]!.file !== part.file) at++;
    if (!isDeepStrictEqual(held[at++], part)) throw badArchive('refers to parts that the archive before it lacks');
  }
}

const notAsManifest = () => badArchive('does not match its manifest');
