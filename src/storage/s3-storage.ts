import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type MultipartUpload,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { later } from '../lib/clock.ts';
import { AppError, type ErrorCode } from '../lib/errors.ts';
import { requireObjectName } from './object-name.ts';
import type { ObjectContent, Storage, StoredObject, WrittenObject } from './storage.ts';

export interface S3Settings {
  /** Origin of a server that is not Amazon's; buckets are then part of the path. */
  endpoint: string | undefined;
  region: string;
  /** Undefined: what the AWS client finds by itself, such as the role of the machine. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** How long the bucket's object lock keeps each object; undefined for no lock. */
  lockMs: number | undefined;
}

/** Memory of an upload: so many parts at once, each of this size. At most 10,000 parts make 156 GiB. */
const partBytes = 16 * 1024 * 1024;
const partsAtOnce = 2;

/** Objects in a bucket of S3, or of a server that speaks its protocol, below a prefix. */
export class S3Storage implements Storage {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #lockMs: number | undefined;

  /** `prefix` is empty, or ends with a slash. */
  constructor({ bucket, prefix }: { bucket: string; prefix: string }, settings: S3Settings) {
    const { endpoint, region, credentials, lockMs } = settings;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#lockMs = lockMs;
    this.#client = new S3Client({
      region,
      ...(endpoint && { endpoint, forcePathStyle: true }),
      ...(credentials && { credentials }),
      // Parts carry a SHA-256 in any case; other servers refuse the trailing checksums that the client adds by default
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  addressOf(name = ''): string {
    return `s3://${this.#bucket}/${this.#prefix}${name}`;
  }

  async put(name: string, content: ObjectContent): Promise<WrittenObject> {
    if (await this.head(name)) throw new AppError('ALREADY_EXISTS', `${this.addressOf(name)} exists already`);
    const counted = new CountedContent(content);
    const upload = new Upload({
      client: this.#client,
      params: {
        ...this.#at(name),
        Body: Readable.from(counted, { objectMode: false }),
        ChecksumAlgorithm: 'SHA256',
        IfNoneMatch: '*',
        ...(this.#lockMs !== undefined && {
          ObjectLockMode: 'COMPLIANCE',
          ObjectLockRetainUntilDate: later(new Date(), this.#lockMs),
        }),
      },
      partSize: partBytes,
      queueSize: partsAtOnce,
      leavePartsOnError: false,
    });
    try {
      const { ChecksumSHA256, ETag } = await upload.done();
      return { bytes: counted.bytes, checksum: checksumOf(ChecksumSHA256, ETag) };
    } catch (error) {
      throw counted.failed ? counted.failure : this.#errorOf(error, name);
    }
  }

  async *get(name: string): AsyncGenerator<Buffer> {
    try {
      const { Body } = await this.#client.send(new GetObjectCommand(this.#at(name)));
      for await (const chunk of Body as Readable) yield chunk as Buffer;
    } catch (error) {
      throw this.#errorOf(error, name);
    }
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    const where = { Bucket: this.#bucket, Prefix: `${this.#prefix}${prefix}` };
    try {
      for await (const { Contents = [] } of paginateListObjectsV2({ client: this.#client }, where)) {
        for (const { Key = '', Size = 0, LastModified = new Date(0) } of Contents) {
          yield { name: Key.slice(this.#prefix.length), bytes: Size, modifiedAt: LastModified };
        }
      }
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  async head(name: string): Promise<(StoredObject & WrittenObject) | undefined> {
    try {
      const found = await this.#client.send(new HeadObjectCommand({ ...this.#at(name), ChecksumMode: 'ENABLED' }));
      const { ContentLength = 0, LastModified = new Date(0), ChecksumSHA256, ETag } = found;
      return { name, bytes: ContentLength, modifiedAt: LastModified, checksum: checksumOf(ChecksumSHA256, ETag) };
    } catch (error) {
      const known = this.#errorOf(error, name);
      if (known.code === 'NOT_FOUND') return undefined;
      throw known;
    }
  }

  async delete(name: string): Promise<void> {
    try {
      await this.#client.send(new DeleteObjectCommand(this.#at(name)));
    } catch (error) {
      throw this.#errorOf(error, name);
    }
  }

  async discardUnfinished(before: Date): Promise<number> {
    try {
      const begun = (await this.#unfinished()).filter(({ Initiated }) => Initiated && Initiated < before);
      for (const { Key, UploadId } of begun) {
        await this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key, UploadId }));
      }
      return begun.length;
    } catch (error) {
      if (isNotImplemented(error)) return 0;
      throw this.#errorOf(error);
    }
  }

  /** The first thousand: the next run finds the others. */
  async #unfinished(): Promise<MultipartUpload[]> {
    const where = { Bucket: this.#bucket, Prefix: this.#prefix };
    const { Uploads = [] } = await this.#client.send(new ListMultipartUploadsCommand(where));
    return Uploads;
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  #at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${requireObjectName(name)}` };
  }

  #errorOf(cause: unknown, name?: string): AppError {
    if (cause instanceof AppError) return cause;
    const code = codeOf(cause);
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    return new AppError(code, `${this.addressOf(name)}: ${reason}`, {}, { cause });
  }
}

/** Some servers speak only a part of the protocol. */
const isNotImplemented = (error: unknown): boolean =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 501;

const codes: Record<number, ErrorCode> = {
  301: 'CONFIG_INVALID',
  401: 'CONFIG_INVALID',
  403: 'CONFIG_INVALID',
  404: 'NOT_FOUND',
  412: 'ALREADY_EXISTS',
};

function codeOf(error: unknown): ErrorCode {
  const { name = '', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  if (name === 'NoSuchBucket' || name === 'CredentialsProviderError') return 'CONFIG_INVALID';
  return codes[$metadata?.httpStatusCode ?? 0] ?? 'UNAVAILABLE';
}

/** Servers that compute no SHA-256 have an ETag. */
const checksumOf = (sha256: string | undefined, etag: string | undefined): string =>
  sha256 === undefined ? `etag:${etag}` : `sha256:${sha256}`;

/** Counts the bytes that pass, and keeps the content's own error apart from those of the storage. */
class CountedContent implements AsyncIterable<Uint8Array> {
  bytes = 0;
  failed = false;
  failure: unknown;
  readonly #content: ObjectContent;

  constructor(content: ObjectContent) {
    this.#content = content;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#content) {
        this.bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      this.failed = true;
      this.failure = error;
      throw error;
    }
  }
}
