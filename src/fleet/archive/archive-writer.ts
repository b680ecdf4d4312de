import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { ObjectPlace, WrittenObject } from '../../storage/storage.ts';
import { type ArchivedTable, type Manifest, manifestName, type Part, partName } from '../copy/manifest.ts';
import { cutParts, packPart } from '../copy/parts.ts';
import { type LockingKey, lock } from './archive-key.ts';
import { type Base, BaseParts } from './base-archive.ts';
import { tarEnd, tarEntry } from './tar.ts';

export interface WriterOptions {
  key?: LockingKey | undefined;
  /** Makes the archive incremental: parts of the base are not written again. */
  base?: Base | undefined;
  /** Called after each part. If it throws, writing stops with that error. */
  onPart?: ((part: Part) => void) | undefined;
}

/** Writes one archive to a storage. The archive appears only when it is complete; disposing earlier leaves nothing. */
export class ArchiveWriter implements AsyncDisposable {
  readonly #options: WriterOptions;
  readonly #base: BaseParts;
  readonly #plain = new PassThrough();
  readonly #written: Promise<WrittenObject>;
  readonly #made = new Date();
  #ended = false;

  constructor({ storage, name }: ObjectPlace, options: WriterOptions = {}) {
    this.#options = options;
    this.#base = new BaseParts(options.base);
    this.#written = storage.put(name, options.key ? lock(this.#plain, options.key) : this.#plain);
    this.#plain.on('error', () => {});
    this.#written.catch((error) => this.#plain.destroy(error));
  }

  /** Adds the rows of a table: the text from `copyOut`. */
  async addTable(name: string, text: AsyncIterable<Buffer>): Promise<Pick<ArchivedTable, 'rows' | 'parts'>> {
    const parts: Part[] = [];
    for await (const piece of cutParts(text)) {
      const part = this.#base.find(piece) ?? (await this.#addPart(partName(name, parts.length + 1), piece));
      parts.push(part);
      this.#options.onPart?.(part);
    }
    return { parts, rows: parts.reduce((sum, { rows }) => sum + rows, 0) };
  }

  /** Adds the manifest, which completes the archive. Throws ALREADY_EXISTS. */
  async finish(manifest: Manifest): Promise<WrittenObject> {
    await this.#add(manifestName, Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
    this.#ended = true;
    this.#plain.end(tarEnd());
    return await this.#written;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#plain.destroy(new Error('The archive was abandoned'));
    await this.#written.catch(() => {});
  }

  async #addPart(file: string, text: Buffer): Promise<Part> {
    const { part, packed } = await packPart(file, text);
    await this.#add(file, packed);
    return part;
  }

  async #add(name: string, data: Buffer): Promise<void> {
    for (const piece of tarEntry({ name, data }, this.#made)) {
      // If the storage fails, its error ends this wait
      if (!this.#plain.write(piece)) await Promise.race([once(this.#plain, 'drain'), this.#written]);
    }
  }
}
