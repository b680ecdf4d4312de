import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, type FileHandle, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../lib/errors.ts';
import { requireObjectName } from './object-name.ts';
import type { ObjectContent, ObjectPlace, Storage, StoredObject, WrittenObject } from './storage.ts';

export interface FolderOptions {
  /** Whether the folder is made when it is missing; otherwise a missing folder is UNAVAILABLE. True by default. */
  create?: boolean;
}

const readBytes = 1024 * 1024;
const partialSuffix = '.partial';

/** Objects as files below a folder. A file that is being written has a hidden name until it is whole. */
export class FolderStorage implements Storage {
  readonly #folder: string;
  readonly #creates: boolean;

  constructor(folder: string, { create = true }: FolderOptions = {}) {
    this.#folder = folder;
    this.#creates = create;
  }

  addressOf(name?: string): string {
    return name === undefined ? this.#folder : this.#fileOf(name);
  }

  async put(name: string, content: ObjectContent): Promise<WrittenObject> {
    const file = this.#fileOf(name);
    const folder = path.dirname(file);
    await this.#requireFolder();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const partial = path.join(folder, `.${path.basename(file)}.${randomBytes(4).toString('hex')}${partialSuffix}`);
    try {
      const written = await writeDurably(partial, content);
      await giveName(partial, file);
      await syncFolder(folder);
      return written;
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
  }

  async *get(name: string): AsyncGenerator<Buffer> {
    try {
      yield* createReadStream(this.#fileOf(name), { highWaterMark: readBytes });
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
      throw new AppError('NOT_FOUND', `There is no file ${this.addressOf(name)}`, {}, { cause });
    }
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    await this.#requireFolder();
    for (const name of (await this.#names()).filter((each) => each.startsWith(prefix))) {
      const known = await this.#stat(name);
      if (known) yield known;
    }
  }

  async head(name: string): Promise<(StoredObject & WrittenObject) | undefined> {
    const known = await this.#stat(name);
    if (!known) return undefined;
    const hash = createHash('sha256');
    for await (const chunk of this.get(name)) hash.update(chunk);
    return { ...known, checksum: checksumOf(hash.digest('hex')) };
  }

  async delete(name: string): Promise<void> {
    await rm(this.#fileOf(name), { force: true });
  }

  async discardUnfinished(before: Date): Promise<number> {
    let discarded = 0;
    for (const file of await this.#files(isPartial)) {
      const known = await stat(file).catch(() => undefined);
      if (!known || known.mtime >= before) continue;
      await rm(file, { force: true });
      discarded++;
    }
    return discarded;
  }

  [Symbol.dispose](): void {}

  #fileOf(name: string): string {
    return path.join(this.#folder, ...requireObjectName(name).split('/'));
  }

  async #requireFolder(): Promise<void> {
    if (this.#creates) await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    else if (!(await exists(this.#folder))) {
      throw new AppError('UNAVAILABLE', `The folder ${this.#folder} does not exist`);
    }
  }

  async #names(): Promise<string[]> {
    const files = await this.#files((base) => !base.startsWith('.'));
    return files.map((file) => path.relative(this.#folder, file).split(path.sep).join('/')).sort();
  }

  /** Files below the folder; hidden folders are not entered. */
  async #files(isWanted: (base: string) => boolean): Promise<string[]> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(ifMissing([]));
    return entries
      .filter((entry) => entry.isFile() && isWanted(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name));
  }

  async #stat(name: string): Promise<StoredObject | undefined> {
    const known = await stat(this.#fileOf(name)).catch(ifMissing(undefined));
    return known?.isFile() ? { name, bytes: known.size, modifiedAt: known.mtime } : undefined;
  }
}

/** The object that a file is. */
export const objectOfFile = (file: string): ObjectPlace => ({
  storage: new FolderStorage(path.dirname(file)),
  name: path.basename(file),
});

const isPartial = (base: string): boolean => base.startsWith('.') && base.endsWith(partialSuffix);
const checksumOf = (hex: string): string => `sha256:${hex}`;

async function writeDurably(file: string, content: ObjectContent): Promise<WrittenObject> {
  await using handle = await open(file, 'wx', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of content) {
    await writeAll(handle, chunk);
    hash.update(chunk);
    bytes += chunk.length;
  }
  await handle.sync();
  return { bytes, checksum: checksumOf(hash.digest('hex')) };
}

async function writeAll(handle: FileHandle, data: Uint8Array): Promise<void> {
  for (let at = 0; at < data.length; ) at += (await handle.write(data, at)).bytesWritten;
}

/** Never takes the name of an existing file. */
async function giveName(partial: string, file: string): Promise<void> {
  try {
    await link(partial, file);
    await rm(partial);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(file);
    // Network shares may have no links: there, two writers of one name could both pass this check
    if (await exists(file)) throw taken(file);
    await rename(partial, file);
  }
}

const taken = (file: string): AppError => new AppError('ALREADY_EXISTS', `${file} exists already`);

/** Makes the new name survive a loss of power. */
async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const isMissing = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code!);

const ifMissing =
  <T>(otherwise: T) =>
  (error: unknown): T => {
    if (isMissing(error)) return otherwise;
    throw error;
  };
