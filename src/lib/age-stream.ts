import { ReadableStream } from 'node:stream/web';
import { badInput } from './errors.ts';

type Bytes = AsyncIterable<Uint8Array>;

const magic = Buffer.from('age-encryption.o');

/** Whether a stream with these first 16 bytes is in the age format. */
export const isAge = (begin: Buffer): boolean => begin.subarray(0, magic.length).equals(magic);

/**
 * Encrypts a stream for several recipients (`age1…`). Each opens it with an identity of their own, here or by
 * the command `age`. Throws BAD_INPUT for an invalid recipient.
 */
export async function* encryptForRecipients(plain: Bytes, recipients: readonly string[]): AsyncGenerator<Buffer> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw badInput(`${recipient} is no recipient of age: ${reasonOf(cause)}`, 'recipient');
    }
  }
  const kept = keepingFailure(plain);
  try {
    yield* bytesOf(await encrypter.encrypt(webOf(kept.bytes)));
  } catch (error) {
    throw kept.failed() ? kept.failure() : error;
  }
}

/**
 * Decrypts the output of `encryptForRecipients`. Throws BAD_INPUT when none of the identities (`AGE-SECRET-KEY-1…`) is
 * that of a recipient, and for a changed or truncated stream.
 */
export async function* decryptWithIdentities(sealed: Bytes, identities: readonly string[]): AsyncGenerator<Buffer> {
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const identity of identities) {
    try {
      decrypter.addIdentity(identity);
    } catch {
      throw badInput('An identity of age begins with AGE-SECRET-KEY-', 'key');
    }
  }
  const kept = keepingFailure(sealed);
  try {
    yield* bytesOf(await decrypter.decrypt(webOf(kept.bytes)));
  } catch (error) {
    if (kept.failed()) throw kept.failure();
    throw badInput(`The archive cannot be decrypted: ${reasonOf(error)}`, 'archive');
  }
}

/** Node's streams of the web are those of the browser, but declared apart. */
const webOf = (bytes: Bytes) => ReadableStream.from(bytes) as unknown as globalThis.ReadableStream<Uint8Array>;

async function* bytesOf(stream: globalThis.ReadableStream<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of stream as unknown as ReadableStream<Uint8Array>) yield Buffer.from(chunk);
}

/** The recipients that identities open the files of. */
export async function recipientsOf(identities: readonly string[]): Promise<string[]> {
  const { identityToRecipient } = await import('age-encryption');
  return await Promise.all(identities.map((identity) => identityToRecipient(identity)));
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Keeps the source's own error apart from those of the encryption. */
function keepingFailure(source: Bytes) {
  let failure: { error: unknown } | undefined;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      yield* source;
    } catch (error) {
      failure = { error };
      throw error;
    }
  }
  return { bytes: bytes(), failed: () => failure !== undefined, failure: () => failure?.error };
}
