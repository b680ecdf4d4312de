import { decryptWithIdentities, encryptForRecipients, isAge, recipientsOf } from '../../lib/age-stream.ts';
import { badInput } from '../../lib/errors.ts';
import { isSealed, openStream, type SealingKey, sealStream } from '../../lib/sealed-stream.ts';

/** What an archive is encrypted with: our own key or passphrase, or recipients of the age format. */
export type LockingKey = SealingKey | { recipients: readonly string[] };
/** What an archive is opened with. */
export type OpeningKey = SealingKey | { identities: readonly string[] };

type Bytes = AsyncIterable<Uint8Array>;

/** So many first bytes of a file say how it is encrypted. */
export const sniffBytes = 16;

export const lock = (plain: Bytes, key: LockingKey): AsyncGenerator<Buffer> =>
  'recipients' in key ? encryptForRecipients(plain, key.recipients) : sealStream(plain, key);

/** What the name of an encrypted archive ends with. */
export const suffixOf = (key: LockingKey | undefined): string =>
  key === undefined ? '' : 'recipients' in key ? '.age' : '.sealed';

/**
 * Opens an archive that begins so. Throws BAD_INPUT for one that is encrypted in another way than the key, and for one
 * that is not encrypted although a key was given: somebody may have put it in the place of an encrypted one.
 */
export function unlock(bytes: Bytes, begin: Buffer, key: OpeningKey | undefined): Bytes {
  const [age, sealed] = [isAge(begin), isSealed(begin)];
  if (!key) {
    if (age || sealed)
      throw badInput('The archive is encrypted: say what its key, passphrase or identity is', 'archive');
    return bytes;
  }
  if (!age && !sealed) throw badInput('The archive is not encrypted, though a key was given', 'archive');
  if (age !== 'identities' in key) {
    throw badInput(
      `The archive was encrypted ${age ? 'for recipients of age' : 'with a key or passphrase'}`,
      'archive',
    );
  }
  return 'identities' in key ? decryptWithIdentities(bytes, key.identities) : openStream(bytes, key);
}

/** How to encrypt what is made in the place of an archive, so that whoever opened that one opens this one too. */
export async function lockedAlike(key: OpeningKey | undefined): Promise<LockingKey | undefined> {
  return key && 'identities' in key ? { recipients: await recipientsOf(key.identities) } : key;
}
