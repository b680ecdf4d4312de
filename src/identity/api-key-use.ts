import { and, eq, isNull, lt, or } from 'drizzle-orm';
import { later } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import { recordAudit } from '../tenancy/audit.ts';
import type { Catalog } from '../tenancy/catalog.ts';
import { apiKeys } from './tables.ts';

const minute = 60_000;

interface UsedKey {
  id: string;
  userId: string;
  organizationId: string;
  lastUsedAt: Date | null;
}

/** Records when and from where API keys are used, at most once a minute for each. Requests do not wait for it. */
export class ApiKeyUse implements AsyncDisposable {
  readonly #catalog: Catalog;
  readonly #logger: Logger;
  readonly #noted = new Map<string, number>();
  readonly #writing = new Set<Promise<void>>();

  constructor(catalog: Catalog, logger: Logger) {
    this.#catalog = catalog;
    this.#logger = logger;
  }

  note(key: UsedKey, now: Date, address: string | undefined): void {
    const last = Math.max(this.#noted.get(key.id) ?? 0, key.lastUsedAt?.getTime() ?? 0);
    if (now.getTime() - last < minute) return;
    this.#noted.set(key.id, now.getTime());
    const writing = this.#write(key, now, address)
      .catch((error: unknown) => this.#logger.warn({ err: error, apiKeyId: key.id }, 'the use of a key was not noted'))
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#writing);
  }

  /** Several processes may note the same key: only the first within a minute changes the row. One audit entry a day. */
  async #write(
    { id, userId, organizationId, lastUsedAt }: UsedKey,
    now: Date,
    address: string | undefined,
  ): Promise<void> {
    const unnoted = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, later(now, -minute + 1)));
    await this.#catalog.write(async (tx) => {
      const noted = await tx
        .update(apiKeys)
        .set({ lastUsedAt: now, lastUsedFrom: address ?? null })
        .where(and(eq(apiKeys.id, id), unnoted))
        .returning({ id: apiKeys.id });
      if (noted.length === 0 || dayOf(lastUsedAt) === dayOf(now)) return;
      const actor = { kind: 'API_KEY', id, userId } as const;
      await recordAudit(tx, { actor, action: 'api-key.used', organizationId, ipAddress: address });
    });
  }
}

const dayOf = (time: Date | null): string | undefined => time?.toISOString().slice(0, 10);
