import { Admin } from '../db/admin.ts';
import type { Installation } from '../tenancy/installation.ts';

export type AdminWork<T> = (admin: Admin, installation: Installation) => Promise<T>;

/**
 * Administrator's connections to one database, for work on many tenants: opened when needed, reused, closed together.
 */
export class Admins implements AsyncDisposable {
  readonly #find: () => Promise<Installation>;
  readonly #onStatement: ((text: string) => void) | undefined;
  readonly #all: Admin[] = [];
  readonly #idle: Admin[] = [];
  #installation: Promise<Installation> | undefined;

  /** `find` is called once, when the first connection is needed. */
  constructor(find: () => Promise<Installation>, onStatement?: (text: string) => void) {
    this.#find = find;
    this.#onStatement = onStatement;
  }

  /**
   * Lends a connection while `work` runs, and passes the database's installation to it. The caller limits concurrency.
   */
  async use<T>(work: AdminWork<T>): Promise<T> {
    this.#installation ??= this.#find();
    const installation = await this.#installation;
    const admin = this.#idle.pop() ?? this.#open(installation);
    try {
      return await work(admin, installation);
    } finally {
      this.#idle.push(admin);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((admin) => admin[Symbol.asyncDispose]()));
  }

  #open({ adminUrl, lookup }: Installation): Admin {
    const admin = new Admin({ url: adminUrl, lookup, ...(this.#onStatement && { onStatement: this.#onStatement }) });
    this.#all.push(admin);
    return admin;
  }
}
