import { Admin } from '../db/admin.ts';

/** Administrator's connections for work on many tenants: made when needed, used again, closed together. */
export class Admins implements AsyncDisposable {
  readonly #url: string;
  readonly #onStatement: ((text: string) => void) | undefined;
  readonly #all: Admin[] = [];
  readonly #idle: Admin[] = [];

  constructor(url: string, onStatement?: (text: string) => void) {
    this.#url = url;
    this.#onStatement = onStatement;
  }

  /** Lends a connection for the time of the work. The caller bounds how much work runs at once. */
  async use<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#idle.pop() ?? this.#open();
    try {
      return await work(admin);
    } finally {
      this.#idle.push(admin);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((admin) => admin[Symbol.asyncDispose]()));
  }

  #open(): Admin {
    const admin = new Admin({ url: this.#url, ...(this.#onStatement && { onStatement: this.#onStatement }) });
    this.#all.push(admin);
    return admin;
  }
}
