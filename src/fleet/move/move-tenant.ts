import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { recordAudit } from '../../tenancy/audit.ts';
import type { CatalogTx } from '../../tenancy/catalog.ts';
import { tenantMoves, tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema } from '../../tenancy/tenant.ts';
import { lockOrganization, type Organization } from '../../tenancy/update-organization.ts';
import type { Fleet } from '../fleet.ts';
import { holdingLife } from '../holding-life.ts';
import { cancelUnfinished } from './cancel-move.ts';
import { databaseNameOf } from './change-place.ts';
import { copyAndSwitch } from './copy-and-switch.ts';
import { findOpenMove, type MoveRow, noteMove, progressOf, takeOver } from './journal.ts';
import type { CopyAndSwitchOptions } from './move-context.ts';
import { reservePlace } from './new-place.ts';
import { requireReadable } from './require-readable.ts';
import { settleMove, unfence } from './settle-move.ts';

export interface MoveOptions extends CopyAndSwitchOptions {
  /**
   * Whether to wait a few seconds, until no server can read the old copy any more; otherwise a background task settles
   * the move. True by default.
   */
  settle?: boolean;
}

/**
 * Moves an organization to another database while it is served; writes are paused for a moment. The old copy is kept
 * until the move is confirmed. The same call resumes an interrupted move, and settles one that has switched. Beginning
 * a move confirms a switched move to another database, and cancels an unfinished one. Returns the move.
 *
 * Throws TENANT_NOT_FOUND; NOT_FOUND for the database; INVALID_STATE while another operation changes the organization,
 * during a rollback, for a quarantined organization and for one that is in that database already; IN_USE for a database
 * that is full or dedicated to another organization; TRANSACTION_CONFLICT if a long transaction blocks the switch.
 * After an error before the switch, the organization is where it was.
 */
export function moveTenant(
  fleet: Fleet,
  organizationId: string,
  databaseId: string,
  options: MoveOptions,
): Promise<MoveRow> {
  return holdingLife(fleet, organizationId, async () => {
    const run = randomUUID();
    await cancelUnfinished(fleet, organizationId, options.by, ({ toDatabaseId }) => toDatabaseId === databaseId);
    const open = await fleet.catalog.read((db) => findOpenMove(db, organizationId));
    if (open?.phase === 'SWITCHED' && open.toDatabaseId === databaseId) {
      return await settleIfAsked(fleet, await fleet.catalog.write((tx) => takeOver(tx, open, run)), run, options);
    }
    if (open?.phase === 'SWITCHED') {
      await requireReadable(fleet, organizationId);
      await settleMove(fleet, await fleet.catalog.write((tx) => takeOver(tx, open, run)), run);
    } else if (open) await resumeFrom(fleet, open, run);
    const begun = { organizationId, databaseId, run, options };
    const move = await fleet.catalog.write((tx) => begin(tx, fleet, begun));
    return await settleIfAsked(fleet, await copyAndSwitch({ fleet, move, run, ...options }), run, options);
  });
}

async function settleIfAsked(
  fleet: Fleet,
  move: MoveRow,
  run: string,
  { settle = true }: MoveOptions,
): Promise<MoveRow> {
  return settle ? await settleMove(fleet, move, run) : move;
}

/** Takes over a move whose attempt died, and lifts its fence before anything is copied again. */
async function resumeFrom(fleet: Fleet, open: MoveRow, run: string): Promise<void> {
  if (open.phase === 'ROLLING_BACK') {
    throw new AppError('INVALID_STATE', 'A rollback is in progress; finish or cancel it first');
  }
  const taken = await fleet.catalog.write((tx) => takeOver(tx, open, run));
  if (progressOf(taken).fenced) await unfence(fleet, taken, run);
}

interface Begin {
  organizationId: string;
  databaseId: string;
  run: string;
  options: MoveOptions;
}

/** Records a new move. An unfinished one to the same database begins again, with a new place. */
async function begin(
  tx: CatalogTx,
  fleet: Fleet,
  { organizationId, databaseId, run, options }: Begin,
): Promise<MoveRow> {
  const organization = await lockOrganization(tx, organizationId);
  const { slug } = organization;
  if (organization.databaseId === databaseId)
    throw new AppError('INVALID_STATE', `${slug} is in that database already`);
  await refuseQuarantined(tx, organization);
  const open = await findOpenMove(tx, organizationId);
  const { prefix } = fleet.installation;
  const place = await reservePlace(tx, { prefix, databaseId, organizationId });
  const to = { toSchemaName: place.schemaName, toRoleName: place.roleName };
  if (open && open.phase !== 'SWITCHED') {
    await tx.update(tenantSchemas).set({ state: 'DROPPING' }).where(isSchema(open.toDatabaseId, open.toSchemaName));
    return await noteMove(tx, open, run, { ...to, phase: 'COPYING', lastError: null, progress: { unchecked: [] } });
  }
  if (open) await endSwitched(tx, open);
  const from = { fromDatabaseId: organization.databaseId, fromSchemaName: organization.schemaName };
  const row = { id: uuidv7(), organizationId, toDatabaseId: databaseId, ...from, ...to, progress: { run } };
  const [move] = await tx.insert(tenantMoves).values(row).returning();
  await recordAudit(tx, {
    ...options.by,
    action: 'organization.move_started',
    organizationId,
    metadata: { from: await databaseNameOf(tx, organization.databaseId), to: await databaseNameOf(tx, databaseId) },
  });
  return move!;
}

/** A half-migrated schema cannot be rebuilt elsewhere from whole migrations, and missing data cannot be copied. */
async function refuseQuarantined(tx: CatalogTx, { databaseId, schemaName, slug }: Organization): Promise<void> {
  const [schema] = await tx.select().from(tenantSchemas).where(isSchema(databaseId, schemaName));
  if (schema?.quarantinedAt) {
    throw new AppError(
      'INVALID_STATE',
      `${slug} is quarantined: repair it first with \`chantier migrate ${slug}\`, or restore its data if that is missing`,
    );
  }
}

/** Confirms a move in the journal. The caller, or the next switch, marks the retained copy as DROPPING. */
export async function endSwitched(tx: CatalogTx, move: MoveRow): Promise<void> {
  await tx.update(tenantMoves).set({ phase: 'CONFIRMED', endedAt: new Date() }).where(eq(tenantMoves.id, move.id));
}

/** Marks the retained copy of a move as DROPPING. */
export async function dropLeftCopy(tx: CatalogTx, { fromDatabaseId, fromSchemaName }: MoveRow): Promise<void> {
  await tx.update(tenantSchemas).set({ state: 'DROPPING' }).where(isSchema(fromDatabaseId, fromSchemaName));
}
