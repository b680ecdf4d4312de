import DataLoader from 'dataloader';
import { type GuardedDb, guardDb } from '../access/guarded-db.ts';
import type { Planning } from '../db/session.ts';
import { type Member, membersWithProfiles } from '../identity/list-members.ts';
import type { Account, Viewer } from '../identity/viewer.ts';
import { AppError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { TenantBinding } from '../tenancy/binding.ts';
import { lastChangeOf } from '../tenancy/change-cursor.ts';
import type { ChangePosition } from '../tenancy/read-replica.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { TenantSession, TenantTx } from '../tenancy/tenant-session.ts';
import type { GraphLimits } from './limits/complexity.ts';
import type { Services } from './services.ts';

/** What the server knows of a request before the graph runs. */
export interface GraphRequest {
  requestId: string;
  tenant: Tenant | undefined;
  account: Account | undefined;
  viewer: Viewer | undefined;
  /** Address of the client, for limits and the audit log. */
  address: string | undefined;
  userAgent: string | undefined;
  idempotencyKey: string | undefined;
  /** A change of the caller's that reading must show. */
  after: ChangePosition | undefined;
  signal: AbortSignal | undefined;
  cookies: CookieJar;
  answer: AnswerHead;
  services: Services;
  binding: TenantBinding;
  limits: GraphLimits;
  /** Names the request in what it logs. */
  logger(): Logger;
}

/** What the headers of the answer say. */
export interface AnswerHead {
  /** Whether every root field was answered before, under the same Idempotency-Key. */
  replayed: boolean;
}

/** The refresh cookie, as far as the graph may know of it. */
export interface CookieJar {
  refreshToken(): string | undefined;
  setRefreshToken(token: string, maxAgeSeconds: number): void;
  clearRefreshToken(): void;
  /** What the answer sets the cookie to so far; undefined when it leaves it alone. */
  given(): { token: string; maxAgeSeconds: number } | undefined;
}

/** Why a request has no viewer. */
export const noViewer = ({ account }: GraphRequest): AppError =>
  account
    ? new AppError('ORGANIZATION_REQUIRED', 'Choose an organization: ask refreshSession for a token of one')
    : new AppError('UNAUTHENTICATED', 'Sign in first');

/**
 * What resolvers get. A query operation has one context, a read-only snapshot; each root field of a mutation has one
 * of its own, a transaction that also serves the payload's selection.
 */
export class Context {
  readonly request: GraphRequest;
  readonly access: 'read' | 'write';
  /** Whether who runs a change waits himself for what it sent: the payload travels in the same packet then. */
  unsettled = false;
  /** Whether the use case of a catalog mutation has ended: its change stands, whatever becomes of the payload. */
  changed = false;
  readonly #fresh: boolean;
  #session: TenantSession | undefined;
  #db: GuardedDb | undefined;
  #memberships: DataLoader<string, Member | null> | undefined;
  #change: Promise<unknown> | undefined;
  #saved: Promise<void> | undefined;

  /** `fresh`: statements are parsed again, after one was stale. */
  constructor(request: GraphRequest, access: 'read' | 'write' = 'read', fresh = false) {
    this.request = request;
    this.access = access;
    this.#fresh = fresh;
  }

  get services(): Services {
    return this.request.services;
  }

  /** The member who asks. Throws UNAUTHENTICATED, or ORGANIZATION_REQUIRED when signed in without an organization. */
  get viewer(): Viewer {
    const { viewer } = this.request;
    if (viewer) return viewer;
    throw noViewer(this.request);
  }

  get tenant(): Tenant {
    const { tenant } = this.request;
    if (!tenant) throw noViewer(this.request);
    return tenant;
  }

  /** Memberships by the ids of their profiles. Those that are asked for in one tick are read by one statement. */
  get memberships(): DataLoader<string, Member | null> {
    this.#memberships ??= new DataLoader(
      async (profileIds) => {
        const found = await membersWithProfiles(this.services.identity, this.viewer, [...new Set(profileIds)]);
        const byProfile = new Map(found.map((member) => [member.profileId, member]));
        return profileIds.map((id) => byProfile.get(id) ?? null);
      },
      // A mutation may change a membership between two reads
      { cache: false, maxBatchSize: 1_000 },
    );
    return this.#memberships;
  }

  /** The tenant's data as the viewer may see it. */
  get db(): GuardedDb {
    this.#db ??= guardDb(this.#open().db, this.viewer);
    return this.#db;
  }

  /** The transaction of a mutation's root field. */
  get tx(): TenantTx {
    if (this.access === 'read') throw new Error('a query has no transaction');
    void this.viewer;
    return this.#open().tx;
  }

  /**
   * Does the work of a mutation's root field: once, whoever executes the field again gets what it gave. Throws what it
   * failed of, or what a statement failed of that it did not wait for; those are waited for, unless `unsettled` is set.
   */
  async change<T>(work: () => Promise<T>): Promise<T> {
    this.#change ??= work().catch(async (error: unknown) => {
      throw await (this.#session?.causeOf(error) ?? error);
    });
    const result = (await this.#change) as T;
    if (!this.unsettled) await this.settled();
    return result;
  }

  /** Waits for the statements that the change did not wait for. Throws what the first of them failed of. */
  async settled(): Promise<void> {
    await this.#session?.settled();
  }

  /** Whether a statement that the change did not wait for failed, once that was told. */
  get sentFailed(): boolean {
    return this.#session?.sentFailed ?? false;
  }

  /** The last event that this transaction wrote, as a cursor of the change log. */
  get lastEventId(): string | null {
    return this.#session && this.access === 'write' ? lastChangeOf(this.#session.tx) : null;
  }

  /**
   * Runs one statement that holds the viewer's row rules already, and returns its one row as bytes of text: a compiled
   * query. The session is over then; all other statements go through `db`.
   */
  async readOnce(text: string, parameters: readonly unknown[], planning?: Planning): Promise<readonly Buffer[]> {
    void this.viewer;
    const [row] = await this.#open().readOnce(text, parameters, planning);
    return row as unknown as readonly Buffer[];
  }

  /** The same for the payload of a change, in its transaction. */
  async readPayload(text: string, parameters: readonly unknown[]): Promise<readonly string[]> {
    const [row] = await this.tx.run(text, parameters);
    return row as unknown as readonly string[];
  }

  /** The same for a compiled part of a query; the session goes on for the executor. */
  async readBeside(text: string, parameters: readonly unknown[]): Promise<readonly string[]> {
    void this.viewer;
    const [row] = await this.#open().runWritten(text, parameters);
    return row as unknown as readonly string[];
  }

  get statements(): number {
    return this.#session?.statements ?? 0;
  }

  #open(): TenantSession {
    const { binding, signal, after } = this.request;
    const session =
      this.#session ??
      binding.open(this.tenant, this.access, {
        roleClass: this.viewer.roleClass,
        ...(signal && { signal }),
        after,
        fresh: this.#fresh,
      });
    this.#session = session;
    return session;
  }

  /** Saves what was done; once. */
  async commit(): Promise<void> {
    this.#saved ??= this.#session?.commit();
    await this.#saved;
  }

  /** The same in one packet with what was sent last, and nothing may be done after: see `Session.commitPipelined`. */
  async commitPipelined(): Promise<void> {
    this.#saved ??= this.#session?.commitPipelined();
    await this.#saved;
  }

  async rollback(): Promise<void> {
    await this.#session?.rollback();
  }

  /** The context of the next root field of a mutation. */
  forMutationField(): Context {
    return new Context(this.request, 'write', this.#fresh);
  }
}
