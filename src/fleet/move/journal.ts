import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import type { CatalogDb, CatalogTx } from '../../tenancy/catalog.ts';
import { type organizations, tenantMoves, tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema } from '../../tenancy/tenant.ts';
import type { SchemaPlace } from '../schemas/drop-schema.ts';
import type { ForeignKey } from './foreign-keys.ts';

export type MoveRow = typeof tenantMoves.$inferSelect;
export type OrganizationRow = typeof organizations.$inferSelect;

/** What the journal keeps beside the phase, for the attempt that resumes the move. */
export interface MoveProgress {
  /** Id of the current attempt. An attempt that finds another id here stops. */
  run?: string;
  /** Whether a fence may be up: the tenant's role may have lost the right to write at the old place. */
  fenced?: boolean;
  /** Foreign keys of the new place that are not validated yet. */
  unchecked?: ForeignKey[];
  /** Whether only the confirmation is left. */
  settled?: boolean;
  /** The place that a rollback copies to. */
  back?: { schemaName: string; roleName: string };
  /** Whether a rollback has switched. */
  returned?: boolean;
  /** How long writes were paused, in milliseconds; and how many rows were copied meanwhile. */
  pausedMs?: number;
  rows?: number;
}

export const progressOf = (move: MoveRow): MoveProgress => move.progress as MoveProgress;

/** The open move of an organization; undefined if there is none. */
export async function findOpenMove(db: CatalogDb, organizationId: string): Promise<MoveRow | undefined> {
  const [move] = await db
    .select()
    .from(tenantMoves)
    .where(and(eq(tenantMoves.organizationId, organizationId), isNull(tenantMoves.endedAt)));
  return move;
}

/** Throws INVALID_STATE while an organization has an open move, because only the move may change its place. */
export async function refuseWhileMoving(db: CatalogDb, organizationId: string): Promise<void> {
  if (await findOpenMove(db, organizationId)) throw beingMoved();
}

/**
 * Throws INVALID_STATE while an organization has an open move that has not switched. After the switch the move waits
 * only for its confirmation, and a restore must be possible: the new database may have been lost.
 */
export async function refuseUntilSwitched(db: CatalogDb, organizationId: string): Promise<void> {
  const open = await findOpenMove(db, organizationId);
  if (open && open.phase !== 'SWITCHED') throw beingMoved();
}

const beingMoved = (): AppError =>
  new AppError('INVALID_STATE', 'The organization is being moved: cancel or confirm its move first');

/** The newest move of an organization, ended or not. */
export async function findLastMove(db: CatalogDb, organizationId: string): Promise<MoveRow | undefined> {
  const [move] = await db
    .select()
    .from(tenantMoves)
    .where(eq(tenantMoves.organizationId, organizationId))
    .orderBy(desc(tenantMoves.createdAt), desc(tenantMoves.id))
    .limit(1);
  return move;
}

/**
 * Records the progress of a move. Throws CANCELLED if another attempt has taken the move over or ended it: the caller
 * must stop.
 */
export async function noteMove(
  tx: CatalogTx,
  move: MoveRow,
  run: string,
  change: Partial<Omit<MoveRow, 'progress'>> & { progress?: MoveProgress },
): Promise<MoveRow> {
  const { progress, ...columns } = change;
  const [noted] = await tx
    .update(tenantMoves)
    .set({ ...columns, progress: sql`${tenantMoves.progress} || ${JSON.stringify({ ...progress })}::jsonb` })
    .where(isOwn(move, run))
    .returning();
  if (!noted) throw takenOver();
  return noted;
}

const isOwn = (move: MoveRow, run: string) =>
  and(
    eq(tenantMoves.id, move.id),
    isNull(tenantMoves.endedAt),
    sql`${tenantMoves.progress} ->> 'run' is not distinct from ${run}::text`,
  );

const takenOver = (): AppError =>
  new AppError('CANCELLED', 'Another operation has taken over, cancelled or ended this move');

/**
 * Locks the journal's row until the transaction ends, so that no other attempt can take the move over. Throws CANCELLED
 * if one already has.
 */
export async function lockJournal(tx: CatalogTx, move: MoveRow, run: string): Promise<void> {
  const [own] = await tx.select({ id: tenantMoves.id }).from(tenantMoves).where(isOwn(move, run)).for('update');
  if (!own) throw takenOver();
}

/** Makes `run` the current attempt: any earlier attempt stops at its next step. Throws CANCELLED for an ended move. */
export async function takeOver(tx: CatalogTx, move: MoveRow, run: string): Promise<MoveRow> {
  const [taken] = await tx
    .update(tenantMoves)
    .set({ progress: sql`${tenantMoves.progress} || ${JSON.stringify({ run })}::jsonb` })
    .where(and(eq(tenantMoves.id, move.id), isNull(tenantMoves.endedAt)))
    .returning();
  if (!taken) throw new AppError('CANCELLED', 'Another operation has ended this move');
  return taken;
}

/** Where the data is, and where it is copied to. */
export interface Route {
  from: SchemaPlace;
  to: SchemaPlace;
}

/** The places of a move, reversed during a rollback. Throws NOT_FOUND if the source was dropped. */
export async function routeOf(db: CatalogDb, move: MoveRow): Promise<Route> {
  const target = { databaseId: move.toDatabaseId, schemaName: move.toSchemaName, roleName: move.toRoleName };
  const { back } = progressOf(move);
  if (move.phase === 'ROLLING_BACK' && back) return { from: target, to: { databaseId: move.fromDatabaseId, ...back } };
  return { from: await getPlace(db, move.fromDatabaseId, move.fromSchemaName), to: target };
}

async function getPlace(db: CatalogDb, databaseId: string, schemaName: string): Promise<SchemaPlace> {
  const [place] = await db.select().from(tenantSchemas).where(isSchema(databaseId, schemaName));
  if (!place) throw new AppError('NOT_FOUND', `The schema ${schemaName} no longer exists`);
  return { databaseId, schemaName, roleName: place.roleName };
}
