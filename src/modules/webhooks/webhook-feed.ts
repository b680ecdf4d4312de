import { and, eq, sql } from 'drizzle-orm';
import { type Clock, isWithin } from '../../lib/clock.ts';
import type { TenantBinding } from '../../tenancy/binding.ts';
import type { Tenant } from '../../tenancy/tenant.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { isSettled } from '../events/event-page.ts';
import { events } from '../events/tables.ts';
import { jobs } from '../jobs/tables.ts';
import { deliverJob } from './deliver-webhook.ts';
import { webhookDeliveries, webhookStates, webhooks } from './tables.ts';

/** The events that one statement reads for a webhook. */
const pageSize = 500;
/** Between a commit and the look for its events, which many commits share. */
const gatherMs = 100;
/** For so long an organization without active webhooks is not looked at again, unless a signal says so. */
const idleMs = 4 * 60_000;
/** For so long an organization whose events were all read is not looked at again without a signal. */
const readMs = 5_000;
/** While events wait for a transaction that has not ended. */
const unsettledMs = 1_000;

/**
 * Makes deliveries of events, with their jobs. Each webhook has a position in the event log, which is moved in the
 * transaction that makes the deliveries: so no event is lost, and changes cost nothing more, also where there are many
 * webhooks.
 */
export class WebhookFeed {
  readonly #binding: Pick<TenantBinding, 'write'>;
  readonly #clock: Clock;
  /** Organizations that had no active webhook, and when. */
  readonly #idle = new Map<string, number>();
  /** Organizations whose events were all read, and when; a signal ends that. */
  readonly #read = new Map<string, number>();
  /** Organizations that will be looked at soon. */
  readonly #signalled = new Set<string>();

  constructor(binding: Pick<TenantBinding, 'write'>, clock: Clock) {
    this.#clock = clock;
    this.#binding = binding;
  }

  /** Call the result after commits of an organization; it wakes the worker soon if there may be something to send. */
  follower(wake: (organizationId: string) => void): (organizationId: string) => void {
    return (id) => {
      if (this.#isIdle(id) || this.#signalled.has(id)) return;
      this.#signalled.add(id);
      const look = () => {
        this.#signalled.delete(id);
        this.#read.delete(id);
        wake(id);
      };
      setTimeout(look, gatherMs).unref();
    };
  }

  #isIdle(organizationId: string): boolean {
    const since = this.#idle.get(organizationId);
    return since !== undefined && isWithin(since, Date.now(), idleMs);
  }

  /** Looks again whether an organization has active webhooks. Changes of webhooks signal new jobs. */
  forget(organizationId: string): void {
    this.#idle.delete(organizationId);
    this.#read.delete(organizationId);
  }

  /** Returns the milliseconds after which to call it again; undefined if all events were read. */
  async run(tenant: Tenant): Promise<number | undefined> {
    const readAt = this.#read.get(tenant.id);
    if (this.#isIdle(tenant.id) || (readAt !== undefined && isWithin(readAt, Date.now(), readMs))) return undefined;
    // Before the read: a webhook that is created meanwhile removes the marks
    this.#idle.set(tenant.id, Date.now());
    this.#read.set(tenant.id, Date.now());
    const delays = await this.#binding.write(tenant, (tx) => readLog(tx, this.#clock()), {
      roleClass: 'job',
      silent: true,
    });
    if (delays) this.#idle.delete(tenant.id);
    const waits = delays?.filter((delay) => delay !== undefined) ?? [];
    if (waits.length === 0) return undefined;
    this.#read.delete(tenant.id);
    return Math.min(...waits);
  }
}

/** Undefined without active webhooks. A webhook that another process reads for is left to it. */
async function readLog(tx: TenantTx, now: Date): Promise<(number | undefined)[] | undefined> {
  const active = await tx
    .select({ id: webhooks.id })
    .from(webhooks)
    .innerJoin(webhookStates, eq(webhookStates.webhookId, webhooks.id))
    .where(eq(webhooks.status, 'ACTIVE'))
    .orderBy(webhooks.id);
  if (active.length === 0) return undefined;
  const delays = [];
  for (const { id } of active) delays.push(await readFor(tx, id, now));
  return delays;
}

async function readFor(tx: TenantTx, id: string, now: Date): Promise<number | undefined> {
  const [locked] = await tx
    .select({ era: webhookStates.era, xid: webhookStates.xid, seq: webhookStates.seq })
    .from(webhookStates)
    .innerJoin(webhooks, and(eq(webhooks.id, webhookStates.webhookId), eq(webhooks.status, 'ACTIVE')))
    .where(eq(webhookStates.webhookId, id))
    .for('update', { of: webhookStates, skipLocked: true });
  if (!locked) return undefined;
  const after = sql`(${locked.era}::int, ${locked.xid}::xid8, ${locked.seq}::bigint)`;
  const order = sql`${events.era}, ${events.xid}, ${events.seq}`;
  const any = (list: typeof webhooks.types, value: typeof events.action) =>
    sql`(cardinality(${list}) = 0 or ${value} = any(${list}))`;
  const [read] = await tx.execute<{ count: number; unsettled: boolean }>(sql`
    with page as materialized (
      select ${order}, ${events.id}, ${events.action}, ${events.resourceType}, ${isSettled(events)} as settled
      from ${events} where (${order}) > ${after} order by ${order} limit ${pageSize}),
    settled as (select era, xid, seq, id, action, resource_type from page where settled),
    added as (
      insert into ${webhookDeliveries} (id, webhook_id, event_id, action)
      select gen_random_uuid(), ${webhooks.id}, ${events.id}, ${events.action}
      from settled as ${events} join ${webhooks} on ${webhooks.id} = ${id}::uuid
      where ${any(webhooks.types, events.resourceType)} and ${any(webhooks.actions, events.action)}
      order by ${order}
      on conflict (webhook_id, event_id) do nothing returning id),
    queued as (
      insert into ${jobs} (id, kind, payload, run_at)
      select gen_random_uuid(), ${deliverJob}, jsonb_build_object('deliveryId', added.id), ${now.toISOString()}::timestamptz from added),
    moved as (
      update ${webhookStates} set (era, xid, seq) = (select era, xid, seq from settled order by era desc, xid desc, seq desc limit 1)
      where ${webhookStates.webhookId} = ${id}::uuid and exists (select from settled))
    select (select count(*)::int from settled) as count, exists (select from page where not settled) as unsettled`);
  if (read!.unsettled) return unsettledMs;
  return read!.count === pageSize ? 0 : undefined;
}
