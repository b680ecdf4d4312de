import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { zstdDecompressSync } from 'node:zlib';
import { readTar, tarEnd, tarEntry } from '../../src/fleet/archive/tar.ts';
import type { Manifest } from '../../src/fleet/copy/manifest.ts';
import { packPart } from '../../src/fleet/copy/parts.ts';
import { ByteSource } from '../../src/lib/byte-source.ts';

export interface Entry {
  name: string;
  data: Buffer;
}

/** What an archive is made of: its manifest, and the files before it. */
export interface Unpacked {
  manifest: Manifest;
  entries: Entry[];
}

export async function unpacked(file: string, manifest: Manifest): Promise<Unpacked> {
  const entries: Entry[] = [];
  for await (const entry of readTar(new ByteSource(Readable.from([await readFile(file)])), () => 1e9))
    entries.push(entry);
  return { manifest, entries: entries.slice(0, -1) };
}

/** The blocks of one file of a tar, whose header is changed before its checksum is made. */
export const header = (name: string, data: Buffer, change: (header: Buffer) => void = () => {}) => {
  const [block, ...rest] = tarEntry({ name, data }, new Date(0));
  change(block!);
  block!.write('        ', 148);
  const sum = block!.reduce((a, b) => a + b, 0);
  block!.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [block!, ...rest];
};

export const tar = (entries: readonly Entry[]) => entries.flatMap((entry) => header(entry.name, entry.data));

export const manifestEntry = (manifest: unknown): Entry => ({
  name: 'manifest.json',
  data: Buffer.from(JSON.stringify(manifest)),
});

/** The blocks of a complete archive of these files. */
export const wholeOf = ({ entries, manifest }: { entries: readonly Entry[]; manifest: unknown }): Buffer[] => [
  ...tar([...entries, manifestEntry(manifest)]),
  tarEnd(),
];

export const tableOf = (manifest: Manifest, name = 'projects') => manifest.tables.find((table) => table.name === name)!;

export function changedManifest(from: Manifest, change: (manifest: Manifest) => void): Manifest {
  const manifest = structuredClone(from);
  change(manifest);
  return manifest;
}

/** The archive with other text in the first part of a table, checksums and all. */
export async function withTextOf(real: Unpacked, table: string, change: (text: string) => string): Promise<Buffer[]> {
  const manifest = structuredClone(real.manifest);
  const archived = tableOf(manifest, table);
  const from = real.entries.find(({ name }) => name === archived.parts[0]!.file)!;
  const text = Buffer.from(change(zstdDecompressSync(from.data).toString('utf8')));
  const { part, packed } = await packPart(from.name, text);
  archived.parts[0] = part;
  archived.rows = part.rows;
  const entries = real.entries.map((entry) => (entry === from ? { name: entry.name, data: packed } : entry));
  return wholeOf({ entries, manifest });
}
