import { hostname } from 'node:os';
import { eq, lt, sql } from 'drizzle-orm';
import { uuidv7 } from '../../lib/ids.ts';
import { productVersion } from '../../lib/product-version.ts';
import { servers } from '../../tenancy/tables.ts';
import type { Fleet } from '../fleet.ts';
import type { UpkeepTask } from '../schedule/upkeep.ts';
import { contractionsOf } from './living-servers.ts';

const beatMs = 15_000;

/**
 * This server's row in the catalog, from before it serves until it has stopped. While the row is fresh, `migrate` holds
 * the contractions that this build does not have. Rows of dead servers are deleted after a day.
 */
export class ServerLife implements AsyncDisposable {
  readonly id = uuidv7();
  readonly #fleet: Fleet;

  private constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  static async begin(fleet: Fleet): Promise<ServerLife> {
    const life = new ServerLife(fleet);
    await life.#renew();
    return life;
  }

  get task(): UpkeepTask {
    return { name: 'renew server', everyMs: beatMs, run: () => this.#renew() };
  }

  async #renew(): Promise<void> {
    const { catalog, lines } = this.#fleet;
    const seenAt = sql`now()`;
    await catalog.write(async (tx) => {
      await tx
        .insert(servers)
        .values({
          id: this.id,
          version: productVersion,
          host: hostname(),
          pid: process.pid,
          contractions: contractionsOf(lines),
        })
        .onConflictDoUpdate({ target: servers.id, set: { seenAt } });
      await tx.delete(servers).where(lt(servers.seenAt, sql`now() - interval '1 day'`));
    });
  }

  /** If the catalog does not answer, the row stays, and the server counts as dead a minute later. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fleet.catalog
      .write((tx) =>
        tx
          .delete(servers)
          .where(eq(servers.id, this.id))
          .then(() => {}),
      )
      .catch(() => {});
  }
}
