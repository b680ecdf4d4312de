import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { ByteSource } from '../../lib/byte-source.ts';
import { badInput } from '../../lib/errors.ts';
import { isSealed, openStream, type SealingKey } from '../../lib/sealed-stream.ts';
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
import { readTar, type TarEntry } from './tar.ts';

export interface Archive {
  readonly file: string;
  readonly manifest: Manifest;
  /** Of the file, in bytes. */
  readonly size: number;
  /** The key that opened it; what is made in its place is encrypted alike. */
  readonly key: SealingKey | undefined;
}

export interface ArchivedPart {
  table: string;
  part: Part;
  /** COPY's text, in whole rows. */
  text: Buffer;
}

interface Kept {
  name: string;
  bytes: number;
  sha256: string;
}

const sniffBytes = 16;

/**
 * Reads an archive from end to end before anything else is done with it: every file in it is one that its manifest
 * names, in order, once, with the size and checksum given there, and no larger than any archive's. Throws BAD_INPUT for
 * any other file, SCHEMA_MISMATCH for one of a newer format.
 */
export async function openArchive(file: string, key?: SealingKey): Promise<Archive> {
  const kept: Kept[] = [];
  let manifest: Manifest | undefined;
  for await (const { name, data } of entries(file, key)) {
    if (manifest) throw badArchive('goes on after its manifest');
    if (name === manifestName) manifest = parseManifest(data);
    else kept.push({ name, bytes: data.length, sha256: sha256(data) });
  }
  if (!manifest) throw badArchive('has no manifest');
  compare(manifest, kept);
  return { file, manifest, size: (await stat(file)).size, key };
}

/**
 * The parts of an archive in order, unpacked one at a time. Throws BAD_INPUT for one that is not what the manifest
 * says.
 */
export async function* partsOf({ file, manifest, key }: Archive): AsyncGenerator<ArchivedPart> {
  const expected = manifest.tables.flatMap(({ name, parts }) => parts.map((part) => ({ table: name, part })));
  let next = 0;
  for await (const { name, data } of entries(file, key)) {
    if (name === manifestName) break;
    const { table, part } = expected[next++] ?? {};
    if (part?.file !== name || sha256(data) !== part.packedSha256) throw badArchive('was changed while it was read');
    yield { table: table!, part, text: await unpackPart(part, data) };
  }
  if (next !== expected.length) throw badArchive('was changed while it was read');
}

async function* entries(file: string, key: SealingKey | undefined): AsyncGenerator<TarEntry> {
  const sealed = isSealed(await beginOf(file));
  if (sealed && !key) throw badInput('The archive is encrypted: say what its key or passphrase is', 'archive');
  // Somebody may have put it in the place of an encrypted one
  if (!sealed && key) throw badInput('The archive is not encrypted, though a key or passphrase was given', 'archive');
  const bytes = createReadStream(file, { highWaterMark: 1024 * 1024 });
  await using source = new ByteSource(key ? openStream(bytes, key) : bytes);
  yield* readTar(source, sizeLimit);
}

async function beginOf(file: string): Promise<Buffer> {
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(sniffBytes), 0, sniffBytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw badInput(`The archive ${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`, 'archive');
  }
}

const sizeLimit = (name: string): number | undefined =>
  name === manifestName ? mostManifestBytes : isPartName(name) ? mostPartBytes : undefined;

function compare({ tables }: Manifest, kept: readonly Kept[]): void {
  let next = 0;
  if (new Set(tables.map(({ name }) => name)).size < tables.length) throw badArchive('has a table twice');
  for (const { name, rows, parts } of tables) {
    for (const [n, part] of parts.entries()) {
      const found = kept[next++];
      const isSame =
        found?.name === part.file && found.bytes === part.packedBytes && found.sha256 === part.packedSha256;
      if (part.file !== partName(name, n + 1) || !isSame) throw badArchive('holds not what its manifest says');
      if (part.bytes > mostPartBytes) throw badArchive('has a part that is larger than any archive has');
    }
    const counted = parts.reduce((sum, part) => sum + part.rows, 0);
    if (counted !== rows) throw badArchive('holds not what its manifest says');
  }
  if (next !== kept.length) throw badArchive('holds not what its manifest says');
}
