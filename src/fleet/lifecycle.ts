import type { Clock } from '../lib/clock.ts';
import type { By } from '../tenancy/audit.ts';
import { primaryDatabaseId } from '../tenancy/installation.ts';
import type { MoveEnd, TenantLifecycle } from '../tenancy/tenant-lifecycle.ts';
import { registerDatabase } from './databases/register-database.ts';
import { retireDatabase } from './databases/retire-database.ts';
import { deleteOrganization } from './deletion/delete-organization.ts';
import type { Fleet } from './fleet.ts';
import { describeMove } from './move/describe-move.ts';
import { cancelMove, confirmMove, rollBackMove } from './move/end-move.ts';
import { findOpenMove } from './move/journal.ts';
import { moveTenant } from './move/move-tenant.ts';
import { provisionTenant } from './schemas/provision.ts';
import { disableModule, enableModule } from './schemas/switch-module.ts';

/** The changes that members can start, implemented by the operators' code. */
export const lifecycleOf = (fleet: Fleet, clock: Clock): TenantLifecycle => ({
  create: (organization, options) => provisionTenant(fleet, organization, options),
  delete: (id, by) => deleteOrganization(fleet, id, { by, clock }),
  enableModule: (id, module, by) => enableModule(fleet, id, module, by),
  disableModule: (id, module, by) => disableModule(fleet, id, module, { by }),
  async moveToDatabase(id, url, by) {
    const database = await registerDatabase(fleet, { kind: 'DEDICATED', url }, { by, for: id });
    await moveTo(fleet, id, database.id, by);
  },
  moveToPrimary: (id, by) => moveTo(fleet, id, primaryDatabaseId, by),
  lastMove: (id) => fleet.catalog.read((db) => describeMove(db, id)),
  async endMove(id, how, by) {
    await endings[how](fleet, id, by);
  },
});

const endings: Record<MoveEnd, (fleet: Fleet, id: string, by: By) => Promise<unknown>> = {
  CONFIRM: confirmMove,
  ROLL_BACK: (fleet, id, by) => rollBackMove(fleet, id, { by, settle: false }),
  CANCEL: cancelMove,
};

async function moveTo(fleet: Fleet, id: string, databaseId: string, by: By): Promise<void> {
  const at = await fleet.catalog.read((db) =>
    db.query.organizations.findFirst({ columns: { databaseId: true }, where: { id } }),
  );
  if (at?.databaseId === databaseId) return;
  try {
    await moveTenant(fleet, id, databaseId, { by, settle: false });
  } catch (error) {
    // A failed cleanup blocks nothing: operators see it, and the next move begins by cancelling the old one
    await giveUp(fleet, id, databaseId, by).catch(() => {});
    throw error;
  }
}

/** Cancels a failed move unless another operation is working on it, because a member cannot repair it. */
async function giveUp(fleet: Fleet, id: string, databaseId: string, by: By): Promise<void> {
  const open = await fleet.catalog.read((db) => findOpenMove(db, id));
  const isTheirs = open?.toDatabaseId === databaseId && (open.phase === 'COPYING' || open.phase === 'SWITCHING');
  if (isTheirs) await cancelMove(fleet, id, by);
  if (databaseId !== primaryDatabaseId) await fleet.catalog.write((tx) => retireDatabase(tx, databaseId, by));
}
