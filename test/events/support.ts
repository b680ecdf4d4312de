import { sql } from 'drizzle-orm';
import { expect, vi } from 'vitest';
import type { Viewer } from '../../src/identity/viewer.ts';
import { isSettled } from '../../src/modules/events/event-page.ts';
import { events } from '../../src/modules/events/tables.ts';
import type { Member } from '../support/world.ts';

export const logPage = `query ($after: String, $first: Int, $where: EventFilter, $order: EventOrder) {
  events(after: $after, first: $first, where: $where, order: $order) {
    totalCount
    edges { cursor node { action resourceType resourceId before after metadata actor { id } } }
    pageInfo { hasNextPage startCursor endCursor }
  }
}`;

export interface Entry {
  cursor: string;
  node: { action: string; resourceId: string; after: Record<string, unknown> };
}

export interface Log {
  totalCount: number;
  edges: Entry[];
  pageInfo: { hasNextPage: boolean; startCursor: string | null; endCursor: string | null };
}

export const readLog = async (member: Member, variables: Record<string, unknown> = {}): Promise<Log> =>
  (await member.ok(logPage, variables)).events;

/** The log once it shows so many events: those of other tests' transactions on the same server hold it back a while. */
export const logOf = (member: Member, count: number, variables: Record<string, unknown> = {}): Promise<Log> =>
  vi.waitFor(
    async () => {
      const log = await readLog(member, variables);
      expect(log.edges).toHaveLength(count);
      return log;
    },
    { timeout: 60_000, interval: 50 },
  );

export const actions = ({ edges }: Log): string[] => edges.map(({ node }) => node.action);

/** Who a member is to the use cases. */
export async function viewerOf({ company, headers }: Member): Promise<Viewer> {
  const { authorization } = headers;
  return (await company.world.app.authenticator.authenticate({ authorization, tenant: company.tenant })) as Viewer;
}

/** Waits until a cursor of now lies after every event so far: transactions of other tests hold the log back a while. */
export const settledLog = ({ world, tenant }: Member['company']): Promise<void> =>
  vi.waitFor(
    async () => {
      const waiting = sql`select 1 from ${events} where not ${isSettled(events)}`;
      expect(await world.app.binding.read(tenant, (db) => db.execute(waiting))).toHaveLength(0);
    },
    { timeout: 60_000, interval: 50 },
  );
