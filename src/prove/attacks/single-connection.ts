import { SlotPool } from '../../db/slot-pool.ts';
import type { TenantBinding } from '../../tenancy/binding.ts';
import type { Duel } from '../duel.ts';

/** Runs work over a pool with a single connection, so that all sessions share it one after the other. */
export async function overSingleConnection(
  { target }: Duel,
  work: (binding: TenantBinding, pool: SlotPool) => Promise<void>,
): Promise<void> {
  await using pool = new SlotPool({
    url: target.fleet.installation.appUrl,
    prepare: target.prepare,
    size: 1,
    maxPerKey: 1,
    applicationName: 'chantier proof',
  });
  await work(target.bindingOver(pool), pool);
}
