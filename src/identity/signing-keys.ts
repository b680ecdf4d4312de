import { gt } from 'drizzle-orm';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { advisoryLocks, lockStatement } from '../db/advisory-lock.ts';
import { type Clock, isWithin, later } from '../lib/clock.ts';
import { uuidv7 } from '../lib/ids.ts';
import type { Seal } from '../lib/seal.ts';
import type { Catalog, CatalogDb } from '../tenancy/catalog.ts';
import { signingKeys } from './tables.ts';

const algorithm = 'EdDSA';
const minute = 60_000;
const day = 24 * 60 * minute;

export interface SigningKeyOptions {
  /** How long a key signs. */
  signsForMs?: number;
  /** How long a key is published before it signs; longer than clients cache the JWKS. */
  publishedBeforeMs?: number;
  /** How long a key is kept after it stops signing; longer than the lifetime of a token (at most a day). */
  keptAfterMs?: number;
  /** How long a process caches the keys. */
  refreshMs?: number;
}

interface SigningKey {
  id: string;
  publicJwk: JWK;
  publicKey: CryptoKey;
  privateKey: CryptoKey;
  signsFrom: Date;
  signsUntil: Date;
  expiresAt: Date;
}

type Row = typeof signingKeys.$inferSelect;

/**
 * The installation's Ed25519 keys, shared by all processes through the catalog. Every key is published before it signs
 * and kept until the last token that it signed has expired, so that verifiers always know the key of a token.
 */
export class SigningKeys {
  readonly #catalog: Catalog;
  readonly #seal: Seal;
  readonly #clock: Clock;
  readonly #options: Required<SigningKeyOptions>;
  #loaded: { keys: SigningKey[]; at: number } | undefined;
  #loading: Promise<SigningKey[]> | undefined;

  constructor(catalog: Catalog, seal: Seal, clock: Clock, options: SigningKeyOptions = {}) {
    this.#catalog = catalog;
    this.#seal = seal;
    this.#clock = clock;
    this.#options = {
      signsForMs: 30 * day,
      publishedBeforeMs: day,
      keptAfterMs: 2 * day,
      refreshMs: minute,
      ...options,
    };
  }

  /** The key to sign with now. */
  async current(): Promise<{ id: string; privateKey: CryptoKey }> {
    const keys = await this.#fresh();
    const now = this.#clock();
    const signing = keys.findLast((key) => key.signsFrom <= now && now < key.signsUntil);
    // The very first key signs at once, and the clock of the process that made it may be ahead of ours
    const next = signing ?? keys.find((key) => now < key.signsUntil);
    if (!next) throw new Error('There is no signing key');
    return next;
  }

  /**
   * The public key of a token's `kid`, or undefined. Reads the catalog for a key that another process has just made.
   */
  async find(id: string): Promise<CryptoKey | undefined> {
    const known = this.#byId(await this.#fresh(), id);
    if (known || !this.#mayLookAgain()) return known?.publicKey;
    return this.#byId(await this.#load(), id)?.publicKey;
  }

  /** The keys of the JWKS: every key that signs, will sign, or has signed a token that may still be valid. */
  async publicJwks(): Promise<JWK[]> {
    const keys = await this.#fresh();
    return keys.filter((key) => key.expiresAt > this.#clock()).map((key) => key.publicJwk);
  }

  #byId(keys: SigningKey[], id: string): SigningKey | undefined {
    return keys.find((key) => key.id === id && key.expiresAt > this.#clock());
  }

  /** Unknown ids cost at most one statement a second, since clients can send any id. */
  #mayLookAgain(): boolean {
    return !this.#readWithin(1000);
  }

  async #fresh(): Promise<SigningKey[]> {
    if (this.#loaded && this.#readWithin(this.#options.refreshMs)) return this.#loaded.keys;
    return this.#load();
  }

  #readWithin(milliseconds: number): boolean {
    return this.#loaded !== undefined && isWithin(this.#loaded.at, this.#clock().getTime(), milliseconds);
  }

  #load(): Promise<SigningKey[]> {
    this.#loading ??= this.#read().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #read(): Promise<SigningKey[]> {
    const now = this.#clock();
    const known = new Map(this.#loaded?.keys.map((key) => [key.id, key]));
    let rows = await this.#catalog.read((db) => readRows(db, now));
    if (this.#nextIsDue(rows, now)) rows = await this.#rotate(now);
    const keys = await Promise.all(rows.map(async (row) => known.get(row.id) ?? this.#open(row)));
    this.#loaded = { keys, at: now.getTime() };
    return keys;
  }

  #nextIsDue(rows: Row[], now: Date): boolean {
    const covered = rows.at(-1)?.signsUntil;
    return !covered || covered <= later(now, this.#options.publishedBeforeMs);
  }

  /** Adds the next key unless another process did so first. The lock serializes them. */
  #rotate(now: Date): Promise<Row[]> {
    return this.#catalog.write(async (tx) => {
      await tx.execute(lockStatement(advisoryLocks.signingKeys));
      const rows = await readRows(tx, now);
      if (!this.#nextIsDue(rows, now)) return rows;
      const row = await this.#make(rows.at(-1)?.signsUntil, now);
      await tx.insert(signingKeys).values(row);
      return [...rows, row];
    });
  }

  async #make(covered: Date | undefined, now: Date): Promise<Row> {
    const { signsForMs, keptAfterMs } = this.#options;
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { crv: 'Ed25519', extractable: true });
    const id = uuidv7();
    const signsFrom = covered && covered > now ? covered : now;
    const signsUntil = later(signsFrom, signsForMs);
    const { kty, crv, x } = await exportJWK(publicKey);
    return {
      id,
      publicJwk: { kty: kty!, crv: crv!, x: x! },
      privateKey: this.#seal.seal(JSON.stringify(await exportJWK(privateKey)), signingKeyContext(id)),
      createdAt: now,
      signsFrom,
      signsUntil,
      expiresAt: later(signsUntil, keptAfterMs),
    };
  }

  async #open(row: Row): Promise<SigningKey> {
    const publicJwk: JWK = { ...row.publicJwk, kid: row.id, alg: algorithm, use: 'sig' };
    const privateJwk: JWK = JSON.parse(this.#seal.open(row.privateKey, signingKeyContext(row.id)));
    const [publicKey, privateKey] = await Promise.all([importKey(publicJwk), importKey(privateJwk)]);
    return { ...row, publicJwk, publicKey, privateKey };
  }
}

export const signingKeyContext = (id: string): string => `signing-key:${id}`;

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, algorithm);
  if (key instanceof Uint8Array) throw new Error('A signing key is not a key pair');
  return key;
}

const readRows = (db: CatalogDb, now: Date): Promise<Row[]> =>
  db.select().from(signingKeys).where(gt(signingKeys.expiresAt, now)).orderBy(signingKeys.signsFrom, signingKeys.id);
