import DataLoader from 'dataloader';
import { type GuardedDb, guardDb } from '../access/guarded-db.ts';
import type { Planning } from '../db/session.ts';
import { type Member, membersWithProfiles } from '../identity/list-members.ts';
import type { Account, Viewer } from '../identity/viewer.ts';
import { AppError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { TenantBinding } from '../tenancy/binding.ts';
import type { ChangePosition } from '../tenancy/read-replica.ts';
import type { Tenant } from '../tenancy/tenant.ts';
import type { TenantSession, TenantTx } from '../tenancy/tenant-session.ts';
import type { GraphLimits } from './limits/complexity.ts';
import type { Charge } from './rate-limit/charge.ts';
import type { Services } from './services.ts';
import type { SharedDecisions } from './shared-decisions.ts';

/** The progress of a subscription. */
export interface Followed {
  cursor: string;
  /** The position in the log, in the form of an event cursor; empty if it does not follow the log. */
  position: string;
  hasMore: boolean;
  /** Whether nothing has changed for the viewer. */
  isEmpty: boolean;
  /**
   * Of a subscription that does not follow the log: resolves to true when there may be something new, or to false if
   * the signal aborts first.
   */
  changed?: (signal: AbortSignal) => Promise<boolean>;
}

/**
 * Returns the result of an earlier read with the same key in the same organization, unless its log has grown since;
 * otherwise runs this read. The key must name everything on which the result depends, except the rows.
 */
export type ShareRead = <T>(key: string, read: () => Promise<T>) => Promise<T>;

/** A request, as the server knows it before the graph runs. */
export interface GraphRequest {
  requestId: string;
  tenant: Tenant | undefined;
  account: Account | undefined;
  viewer: Viewer | undefined;
  /** Address of the client, for limits and the audit log. */
  address: string | undefined;
  userAgent: string | undefined;
  idempotencyKey: string | undefined;
  /** A change of the caller; reads must show at least its state. */
  after: ChangePosition | undefined;
  signal: AbortSignal | undefined;
  cookies: CookieJar;
  answer: AnswerHead;
  services: Services;
  binding: TenantBinding;
  limits: GraphLimits;
  /** Set for the frames of subscriptions: lets followers share reads whose result is the same for every viewer. */
  shareRead?: ShareRead | undefined;
  /** Set for the frames of subscriptions: the viewers who get the same frame if they see the same rows. */
  decisions?: SharedDecisions;
  /** A logger that adds the request's id. */
  logger(): Logger;
}

/** Information for the headers of the response. */
export interface AnswerHead {
  /** Whether every root field was answered from the stored answer of its Idempotency-Key. */
  replayed: boolean;
  /** The points that the request costs its caller; undefined for a caller without limits. */
  charge?: Charge | undefined;
  /** Set by fields that subscriptions follow: where the subscription continues. */
  followed?: Followed;
}

/** The part of the refresh cookie that the graph may read and set. */
export interface CookieJar {
  refreshToken(): string | undefined;
  setRefreshToken(token: string, maxAgeSeconds: number): void;
  clearRefreshToken(): void;
  /** The value that the response would set now; undefined if it would not change the cookie. */
  given(): { token: string; maxAgeSeconds: number } | undefined;
}

/** Why a request has no viewer. */
export const noViewer = ({ account }: GraphRequest): AppError =>
  account
    ? new AppError('ORGANIZATION_REQUIRED', 'Choose an organization: call refreshSession to get a token for it')
    : new AppError('UNAUTHENTICATED', 'Sign in first');

/**
 * The context of resolvers. A query operation has one context, which reads one snapshot. Each root field of a mutation
 * has its own: a transaction that also serves the selection of its payload.
 */
export class Context {
  readonly request: GraphRequest;
  readonly access: 'read' | 'write';
  /**
   * Whether the caller awaits the pipelined statements of the change; they are then sent in one packet with the
   * payload's.
   */
  unsettled = false;
  /** Whether the use case of a catalog mutation has committed: its change stands even if the payload fails. */
  changed = false;
  readonly #fresh: boolean;
  #session: TenantSession | undefined;
  #db: GuardedDb | undefined;
  #memberships: DataLoader<string, Member | null> | undefined;
  #change: Promise<unknown> | undefined;
  #saved: Promise<void> | undefined;

  /** `fresh`: parses prepared statements again, because one was stale. */
  constructor(request: GraphRequest, access: 'read' | 'write' = 'read', fresh = false) {
    this.request = request;
    this.access = access;
    this.#fresh = fresh;
  }

  get services(): Services {
    return this.request.services;
  }

  /**
   * The member who sent the request. Throws UNAUTHENTICATED, or ORGANIZATION_REQUIRED if signed in without an
   * organization.
   */
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

  /** Memberships by profile id. Ids that are requested in one tick are read by one statement. */
  get memberships(): DataLoader<string, Member | null> {
    this.#memberships ??= new DataLoader(
      async (profileIds) => {
        const found = await membersWithProfiles(this.services.identity, this.viewer, [...new Set(profileIds)]);
        const byProfile = new Map(found.map((member) => [member.profileId, member]));
        return profileIds.map((id) => byProfile.get(id) ?? null);
      },
      // Not cached, because a mutation may change a membership between two reads
      { cache: false, maxBatchSize: 1_000 },
    );
    return this.#memberships;
  }

  /** The tenant's data, restricted to what the viewer may see. */
  get db(): GuardedDb {
    this.#db ??= guardDb(this.#open().db, this.viewer);
    return this.#db;
  }

  /** The transaction of a mutation's root field. */
  get tx(): TenantTx {
    void this.viewer;
    const { tx } = this.#open();
    if (!tx) throw new Error('a query has no transaction');
    return tx;
  }

  /**
   * Runs the work of a mutation's root field once; if the field is executed again, returns the same result. Throws the
   * work's error, or that of a pipelined statement. Waits for pipelined statements, unless `unsettled` is set.
   */
  async change<T>(work: () => Promise<T>): Promise<T> {
    this.#change ??= work().catch(async (error: unknown) => {
      throw await (this.#session?.causeOf(error) ?? error);
    });
    const result = (await this.#change) as T;
    if (!this.unsettled) await this.settled();
    return result;
  }

  /** Waits for the pipelined statements. Throws the error of the first that failed. */
  async settled(): Promise<void> {
    await this.#session?.settled();
  }

  /** Whether a pipelined statement is known to have failed. */
  get sentFailed(): boolean {
    return this.#session?.sentFailed ?? false;
  }

  /** The cursor of the last event that this transaction wrote. */
  get lastEventId(): string | null {
    return this.#session?.tx?.lastChange ?? null;
  }

  /**
   * Runs a compiled query: one statement that already contains the viewer's row rules. Returns its one row, as bytes of
   * text. Ends the session.
   */
  async readOnce(text: string, parameters: readonly unknown[], planning?: Planning): Promise<readonly Buffer[]> {
    void this.viewer;
    const [row] = await this.#open().readOnce(text, parameters, planning);
    return row as unknown as readonly Buffer[];
  }

  /** Like `readOnce`, for the payload of a change, in its transaction. */
  async readPayload(text: string, parameters: readonly unknown[]): Promise<readonly string[]> {
    const [row] = await this.tx.run(text, parameters);
    return row as unknown as readonly string[];
  }

  /** Like `readOnce`, for a compiled part of a query; the session stays open for the executor. */
  async readBeside(text: string, parameters: readonly unknown[]): Promise<readonly string[]> {
    void this.viewer;
    const [row] = await this.#open().run(text, parameters);
    return row as unknown as readonly string[];
  }

  get statements(): number {
    return this.#session?.statements ?? 0;
  }

  #open(): TenantSession {
    const { binding, signal, after, answer } = this.request;
    const session =
      this.#session ??
      binding.open(this.tenant, this.access, {
        roleClass: this.viewer.roleClass,
        ...(signal && { signal }),
        onHold: answer.charge?.hold,
        after,
        fresh: this.#fresh,
      });
    this.#session = session;
    return session;
  }

  /** Commits the session, once. */
  async commit(): Promise<void> {
    this.#saved ??= this.#session?.commit();
    await this.#saved;
  }

  /**
   * Commits in one packet with the statements sent last; nothing may be sent afterwards. See `Session.commitPipelined`.
   */
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
