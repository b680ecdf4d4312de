import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { ByteSource } from '../../lib/byte-source.ts';
import { isWithin } from '../../lib/clock.ts';
import type { Seal } from '../../lib/seal.ts';
import type { ObjectPlace, Storage } from '../../storage/storage.ts';
import { type Manifest, mostManifestBytes, type Part, part } from '../copy/manifest.ts';
import { sha256 } from '../copy/parts.ts';
import type { LockingKey } from './archive-key.ts';
import { idOfSubject, indexName, readArchiveName, timeOf } from './archive-names.ts';

/** A full archive whose parts an incremental one refers to. */
export interface Base {
  name: string;
  stamp: string;
  parts: readonly Part[];
}

/** What is known of a full archive without its key: the server that backs up cannot open its own archives. */
const index = z.strictObject({
  checksum: z.string(),
  /** Changes with the recipients: others could open only one of the two archives. */
  lock: z.string(),
  parts: z.array(part),
});

const contextOf = (name: string): string => `index of ${name}`;

interface FullArchive {
  place: ObjectPlace;
  manifest: Pick<Manifest, 'tables'>;
  checksum: string;
}

/** Writes the index of a full archive beside it, sealed under SECRET. Without it, the next archive is full too. */
export async function writeIndex(seal: Seal, archive: FullArchive, key?: LockingKey): Promise<void> {
  const { place, manifest, checksum } = archive;
  const parts = manifest.tables.flatMap((table) => table.parts);
  const content: z.input<typeof index> = { checksum, lock: fingerprintOf(key), parts };
  const sealed = Buffer.from(seal.seal(JSON.stringify(content), contextOf(place.name)));
  await place.storage.put(indexName(place.name), Readable.from([sealed]));
}

interface Wanted {
  storage: Storage;
  /** The names in the storage. */
  names: readonly string[];
  organizationId: string;
  /** The stamp of the archive to make. */
  stamp: string;
  key: LockingKey | undefined;
  /** How old the base may be; milliseconds. */
  maxAgeMs: number;
}

/**
 * The newest full archive of an organization, if an incremental archive may refer to it: it is young enough, encrypted
 * for the same recipients, and undamaged.
 */
export async function findBase(seal: Seal, wanted: Wanted): Promise<Base | undefined> {
  const { storage, names, stamp, key, maxAgeMs } = wanted;
  const newest = newestFull(wanted);
  if (!newest || !names.includes(indexName(newest.name))) return undefined;
  if (!isWithin(timeOf(newest.stamp).getTime(), timeOf(stamp).getTime(), maxAgeMs)) return undefined;
  const known = await readIndex(seal, storage, newest.name);
  if (known?.lock !== fingerprintOf(key)) return undefined;
  if ((await storage.head(newest.name))?.checksum !== known.checksum) return undefined;
  return { ...newest, parts: known.parts };
}

function newestFull({ names, organizationId, stamp }: Wanted): { name: string; stamp: string } | undefined {
  return names
    .flatMap((name) => {
      const known = readArchiveName(name);
      const isFull = known?.base === undefined && !name.includes('/');
      const isEarlier = known && idOfSubject(known.subject) === organizationId && known.stamp < stamp;
      return isFull && isEarlier ? [{ name, stamp: known.stamp }] : [];
    })
    .toSorted((a, b) => (a.stamp < b.stamp ? 1 : -1))[0];
}

/** Undefined for an index that was sealed under a secret that is not known any more, or that was changed. */
async function readIndex(seal: Seal, storage: Storage, name: string): Promise<z.output<typeof index> | undefined> {
  await using stored = new ByteSource(storage.get(indexName(name)));
  const sealed = await stored.take(2 * mostManifestBytes);
  try {
    return index.parse(JSON.parse(seal.open(sealed.toString('latin1'), contextOf(name))));
  } catch {
    return undefined;
  }
}

function fingerprintOf(key: LockingKey | undefined): string {
  if (key === undefined) return 'none';
  const secrets =
    'recipients' in key ? key.recipients.toSorted() : ['key' in key ? key.key.toString('base64') : key.passphrase];
  return createHash('sha256').update(JSON.stringify(secrets)).digest('hex');
}

/**
 * Finds the parts of a base by their content, in the base's order: readers of the incremental archive read both files
 * once, from start to end.
 */
export class BaseParts {
  readonly #parts: readonly Part[];
  /** The positions of each content. */
  readonly #positions: ReadonlyMap<string, number[]>;
  #next = 0;

  constructor({ parts }: Pick<Base, 'parts'> = { parts: [] }) {
    this.#parts = parts;
    this.#positions = Map.groupBy(parts.keys(), (position) => parts[position]!.sha256);
  }

  /** The part of the base that has this text; undefined if there is none after the one that was found last. */
  find(text: Buffer): Part | undefined {
    if (this.#parts.length === 0) return undefined;
    const position = this.#positions.get(sha256(text))?.find((each) => each >= this.#next);
    if (position === undefined) return undefined;
    this.#next = position + 1;
    return { ...this.#parts[position]!, inBase: true };
  }
}
