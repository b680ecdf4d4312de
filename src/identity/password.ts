import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import { Semaphore } from '../lib/semaphore.ts';

const derive = promisify(argon2);

export interface PasswordCost {
  /** KiB of memory for one hash. */
  memory: number;
  passes: number;
  parallelism: number;
}

/** The first recommendation of the OWASP Password Storage Cheat Sheet (argon2id): 19 MiB, two passes, one lane. */
const recommended: PasswordCost = { memory: 19_456, passes: 2, parallelism: 1 };
/** Leaves one processor and one of Node's four worker threads for other work. */
const mostAtOnce = Math.min(3, Math.max(1, availableParallelism() - 1));
const saltBytes = 16;
const tagBytes = 32;

/** The parts of `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`. */
interface Stored {
  cost: PasswordCost;
  salt: Buffer;
  tag: Buffer;
}

export interface PasswordOptions {
  cost?: PasswordCost;
  /**
   * Hashes computed at once; by default one less than there are processors, and at most three. Each uses `cost.memory`
   * and one of Node's four worker threads, which file access needs too.
   */
  concurrency?: number;
  /** Hashes that may wait for their turn before the server answers UNAVAILABLE. */
  maxWaiting?: number;
}

/**
 * Hashes and verifies passwords with argon2id, a bounded number at once, so that a burst of sign-ins cannot exhaust
 * memory.
 */
export class Passwords {
  readonly #cost: PasswordCost;
  readonly #semaphore: Semaphore;
  readonly #nobody: Stored;

  constructor({ cost = recommended, concurrency = mostAtOnce, maxWaiting = 200 }: PasswordOptions = {}) {
    this.#cost = cost;
    this.#semaphore = new Semaphore(concurrency, maxWaiting);
    this.#nobody = { cost, salt: randomBytes(saltBytes), tag: randomBytes(tagBytes) };
  }

  /** The text to store for a password, in the PHC string format. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(saltBytes);
    return format({ cost: this.#cost, salt, tag: await this.#derive(password, this.#cost, salt, tagBytes) });
  }

  /** Whether the password is the stored one. Without a stored hash it takes as long, and returns false. */
  async verify(password: string, stored: string | null | undefined): Promise<boolean> {
    const known = stored ? parse(stored) : undefined;
    const { cost, salt, tag } = known ?? this.#nobody;
    const matches = timingSafeEqual(await this.#derive(password, cost, salt, tag.length), tag);
    return matches && known !== undefined;
  }

  /** Whether the stored hash has another cost than the current one, so that the next sign-in should replace it. */
  needsRehash(stored: string): boolean {
    const { cost } = parse(stored);
    return (
      cost.memory !== this.#cost.memory ||
      cost.passes !== this.#cost.passes ||
      cost.parallelism !== this.#cost.parallelism
    );
  }

  #derive(password: string, cost: PasswordCost, nonce: Buffer, tagLength: number): Promise<Buffer> {
    // Keyboards differ in how they compose characters, so passwords are normalized (NIST SP 800-63B, 3.1.1.2)
    const parameters: Argon2Parameters = { message: password.normalize('NFKC'), nonce, tagLength, ...cost };
    return this.#semaphore.run(() => derive('argon2id', parameters));
  }
}

const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');

const format = ({ cost, salt, tag }: Stored) =>
  `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(salt)}$${base64(tag)}`;

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

function parse(stored: string): Stored {
  const match = phc.exec(stored);
  if (!match) throw new Error('A stored password hash is not argon2id');
  const [memory, passes, parallelism] = match.slice(1, 4).map(Number) as [number, number, number];
  const [salt, tag] = match.slice(4).map((text) => Buffer.from(text, 'base64')) as [Buffer, Buffer];
  return { cost: { memory, passes, parallelism }, salt, tag };
}
