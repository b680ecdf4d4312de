import { decryptWithIdentities, encryptForRecipients, isAge, recipientsOf } from '../../lib/age-stream.ts';
import { badInput } from '../../lib/errors.ts';
import { isSealed, openStream, type SealingKey, sealStream } from '../../lib/sealed-stream.ts';

/** Encrypts an archive: a key or passphrase of our own format, or age recipients. */
export type LockingKey = SealingKey | { recipients: readonly string[] };
/** Decrypts an archive: a key or passphrase of our own format, or age identities. */
export type OpeningKey = SealingKey | { identities: readonly string[] };

type Bytes = AsyncIterable<Uint8Array>;

/** How many leading bytes of a file show how it is encrypted. */
export const sniffBytes = 16;

export const lock = (plain: Bytes, key: LockingKey): AsyncGenerator<Buffer> =>
  'recipients' in key ? encryptForRecipients(plain, key.recipients) : sealStream(plain, key);

/** The end of an archive's file name; empty for an archive that is not encrypted. */
export const suffixOf = (key: LockingKey | undefined): string =>
  key === undefined ? '' : 'recipients' in key ? '.age' : '.sealed';

/**
 * Decrypts an archive whose first bytes are `begin`. Throws BAD_INPUT if the key does not suit the encryption, and if a
 * key is given for an archive that is not encrypted: somebody may have replaced an encrypted one.
 */
export function unlock(bytes: Bytes, begin: Buffer, key: OpeningKey | undefined): Bytes {
  const [age, sealed] = [isAge(begin), isSealed(begin)];
  if (!key) {
    if (age || sealed) throw badInput('The archive is encrypted: give its key, passphrase or identity', 'archive');
    return bytes;
  }
  if (!age && !sealed) throw badInput('A key was given, but the archive is not encrypted', 'archive');
  if (age !== 'identities' in key) {
    throw badInput(
      `The archive was encrypted ${age ? 'for age recipients: give an identity' : 'with a key or passphrase: give that one'}`,
      'archive',
    );
  }
  return 'identities' in key ? decryptWithIdentities(bytes, key.identities) : openStream(bytes, key);
}

/** The key that encrypts a second archive for everybody who can open the first one. */
export async function lockLike(key: OpeningKey | undefined): Promise<LockingKey | undefined> {
  return key && 'identities' in key ? { recipients: await recipientsOf(key.identities) } : key;
}
