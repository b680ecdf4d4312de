import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../lib/errors.ts';
import { type SealingKey, sealStream } from '../../lib/sealed-stream.ts';
import { type ArchivedTable, type Manifest, manifestName, type Part, partName } from '../copy/manifest.ts';
import { cutParts, packPart } from '../copy/parts.ts';
import { tarEnd, tarEntry } from './tar.ts';

export interface WriterOptions {
  key?: SealingKey | undefined;
  /** After each part; bytes of COPY's text. Throwing ends the work. */
  onPart?: ((part: Part) => void) | undefined;
}

/**
 * Writes one archive under another name, and gives it its own once it is whole and on the disk: a file with an
 * archive's name is a complete one. Disposed before that, it leaves nothing.
 */
export class ArchiveWriter implements AsyncDisposable {
  readonly file: string;
  readonly #handle: FileHandle;
  readonly #partial: string;
  readonly #options: WriterOptions;
  readonly #plain = new PassThrough();
  readonly #written: Promise<void>;
  readonly #made = new Date();
  #whole = false;

  private constructor(file: string, partial: string, handle: FileHandle, options: WriterOptions) {
    this.file = file;
    this.#partial = partial;
    this.#handle = handle;
    this.#options = options;
    const sealed = options.key ? sealStream(this.#plain, options.key) : this.#plain;
    this.#written = pipeline(sealed, async (bytes: AsyncIterable<Buffer>) => {
      for await (const chunk of bytes) await writeAll(handle, chunk);
    });
    this.#plain.on('error', () => {});
    this.#written.catch((error) => this.#plain.destroy(error));
  }

  static async create(file: string, options: WriterOptions = {}): Promise<ArchiveWriter> {
    const partial = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(4).toString('hex')}.partial`);
    return new ArchiveWriter(file, partial, await open(partial, 'wx', 0o600), options);
  }

  /** Adds the rows of a table, as `copyOut` gives them. */
  async addTable(name: string, text: AsyncIterable<Buffer>): Promise<Pick<ArchivedTable, 'rows' | 'parts'>> {
    const parts: Part[] = [];
    for await (const piece of cutParts(text)) {
      const { part, packed } = await packPart(partName(name, parts.length + 1), piece);
      await this.#add(part.file, packed);
      parts.push(part);
      this.#options.onPart?.(part);
    }
    return { parts, rows: parts.reduce((sum, { rows }) => sum + rows, 0) };
  }

  /** Adds the manifest, and makes the archive appear. Gives its size in bytes. Throws ALREADY_EXISTS. */
  async finish(manifest: Manifest): Promise<number> {
    await this.#add(manifestName, Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
    this.#plain.end(tarEnd());
    await this.#written;
    await this.#handle.sync();
    const { size } = await this.#handle.stat();
    await this.#handle.close();
    await giveName(this.#partial, this.file);
    this.#whole = true;
    await syncFolder(path.dirname(this.file));
    return size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#whole) return;
    this.#plain.destroy();
    await this.#written.catch(() => {});
    await this.#handle.close();
    await rm(this.#partial, { force: true });
  }

  async #add(name: string, data: Buffer): Promise<void> {
    for (const piece of tarEntry({ name, data }, this.#made)) {
      // What stops the writing destroys the stream, which ends this wait
      if (!this.#plain.write(piece)) await Promise.race([once(this.#plain, 'drain'), this.#written]);
    }
  }
}

async function writeAll(handle: FileHandle, data: Buffer): Promise<void> {
  for (let at = 0; at < data.length; ) at += (await handle.write(data, at)).bytesWritten;
}

/** Never takes the name of a file that is there. */
async function giveName(partial: string, file: string): Promise<void> {
  const taken = () => new AppError('ALREADY_EXISTS', `${file} is there already`);
  try {
    await link(partial, file);
    await rm(partial);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken();
    // A file system without links, as network shares are: looking first has to do
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) throw taken();
    await rename(partial, file);
  }
}

/** So that the new name survives a loss of power too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
