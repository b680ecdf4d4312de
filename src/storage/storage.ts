/** An object as a listing shows it. */
export interface StoredObject {
  name: string;
  bytes: number;
  modifiedAt: Date;
}

/** The outcome of writing an object. */
export interface WrittenObject {
  bytes: number;
  /** Equal for as long as the storage holds the same bytes: `sha256:…`, or what the storage itself computed. */
  checksum: string;
}

export type ObjectContent = AsyncIterable<Uint8Array>;

/**
 * Where files are kept: a folder or a bucket. Names are relative, with `/` between their parts. Throws UNAVAILABLE when
 * the storage does not answer, CONFIG_INVALID when it refuses the credentials or the bucket.
 */
export interface Storage extends Disposable {
  /** The address of an object, for people: a path or `s3://bucket/name`. Of the storage itself without a name. */
  addressOf(name?: string): string;
  /**
   * Writes a new object, which appears once it is whole and durable. If the content fails, nothing appears and its
   * error is thrown. Throws ALREADY_EXISTS for a name that is taken.
   */
  put(name: string, content: ObjectContent): Promise<WrittenObject>;
  /** The content of an object. Throws NOT_FOUND. */
  get(name: string): AsyncIterable<Buffer>;
  /** Whole objects whose names begin with the prefix, ordered by name. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Undefined for an object that does not exist. A folder reads the whole file for its checksum. */
  head(name: string): Promise<(StoredObject & WrittenObject) | undefined>;
  /** Deletes an object, if it exists. */
  delete(name: string): Promise<void>;
  /** Deletes the remains of writes that began before this time and never ended. Returns how many there were. */
  discardUnfinished(before: Date): Promise<number>;
}

/** One object of a storage. */
export interface ObjectPlace {
  storage: Storage;
  name: string;
}

export const addressOf = ({ storage, name }: ObjectPlace): string => storage.addressOf(name);

/** The names of a listing. */
export async function listNames(storage: Storage, prefix = ''): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of storage.list(prefix)) names.push(name);
  return names;
}
