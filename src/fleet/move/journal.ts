import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { AppError } from '../../lib/errors.ts';
import type { CatalogDb, CatalogTx } from '../../tenancy/catalog.ts';
import { type organizations, tenantMoves, tenantSchemas } from '../../tenancy/tables.ts';
import { isSchema } from '../../tenancy/tenant.ts';
import type { SchemaPlace } from '../schemas/drop-schema.ts';
import type { ForeignKey } from './foreign-keys.ts';

export type MoveRow = typeof tenantMoves.$inferSelect;
export type OrganizationRow = typeof organizations.$inferSelect;

/** What the journal keeps beside the phase, for whoever goes on. */
export interface MoveProgress {
  /** Who is at it: each attempt has an id of its own, and one that finds another's there stops. */
  run?: string;
  /** Whether the right to write may have been taken from the place that is left. */
  fenced?: boolean;
  /** Foreign keys of the new place that the server has not looked at yet. */
  unchecked?: ForeignKey[];
  /** Whether nothing is left to do but to confirm. */
  settled?: boolean;
  /** Where the data goes when it goes back. */
  back?: { schemaName: string; roleName: string };
  /** Going back: whether it is there. */
  returned?: boolean;
  /** Milliseconds for which writes were held, and rows that were copied. */
  pausedMs?: number;
  rows?: number;
}

export const progressOf = (move: MoveRow): MoveProgress => move.progress as MoveProgress;

/** The move of an organization that has not ended; undefined when there is none. */
export async function findOpenMove(db: CatalogDb, organizationId: string): Promise<MoveRow | undefined> {
  const [move] = await db
    .select()
    .from(tenantMoves)
    .where(and(eq(tenantMoves.organizationId, organizationId), isNull(tenantMoves.endedAt)));
  return move;
}

/** Throws INVALID_STATE while an organization has a move that has not ended: its place is the move's to change. */
export async function refuseWhileMoving(db: CatalogDb, organizationId: string): Promise<void> {
  if (await findOpenMove(db, organizationId)) throw beingMoved();
}

/**
 * The same until it has switched: then the place is the organization's own, and there is but an older copy to confirm.
 * After the loss of a database nobody could put anything back else.
 */
export async function refuseUntilSwitched(db: CatalogDb, organizationId: string): Promise<void> {
  const open = await findOpenMove(db, organizationId);
  if (open && open.phase !== 'SWITCHED') throw beingMoved();
}

const beingMoved = (): AppError => new AppError('INVALID_STATE', 'The organization is being moved: end its move first');

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
 * Writes down how far a move is. Throws CANCELLED when another attempt has taken it over, or it has ended: whoever
 * wrote it before must stop.
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

const takenOver = (): AppError => new AppError('CANCELLED', 'This move was taken over or cancelled meanwhile');

/**
 * Keeps the journal's row for this attempt until the transaction ends: whoever takes the move over waits for that.
 * Throws CANCELLED when another attempt has it.
 */
export async function lockJournal(tx: CatalogTx, move: MoveRow, run: string): Promise<void> {
  const [own] = await tx.select({ id: tenantMoves.id }).from(tenantMoves).where(isOwn(move, run)).for('update');
  if (!own) throw takenOver();
}

/** Makes this attempt the only one at a move. */
export async function takeOver(tx: CatalogTx, move: MoveRow, run: string): Promise<MoveRow> {
  const [taken] = await tx
    .update(tenantMoves)
    .set({ progress: sql`${tenantMoves.progress} || ${JSON.stringify({ run })}::jsonb` })
    .where(and(eq(tenantMoves.id, move.id), isNull(tenantMoves.endedAt)))
    .returning();
  if (!taken) throw new AppError('CANCELLED', 'This move has ended meanwhile');
  return taken;
}

/** Where the data is now, and where it goes. */
export interface Route {
  from: SchemaPlace;
  to: SchemaPlace;
}

/** Both places of a move, in the direction of its phase. Throws NOT_FOUND when one was dropped. */
export async function routeOf(db: CatalogDb, move: MoveRow): Promise<Route> {
  const target = { databaseId: move.toDatabaseId, schemaName: move.toSchemaName, roleName: move.toRoleName };
  const { back } = progressOf(move);
  if (move.phase === 'ROLLING_BACK' && back) return { from: target, to: { databaseId: move.fromDatabaseId, ...back } };
  return { from: await getPlace(db, move.fromDatabaseId, move.fromSchemaName), to: target };
}

async function getPlace(db: CatalogDb, databaseId: string, schemaName: string): Promise<SchemaPlace> {
  const [place] = await db.select().from(tenantSchemas).where(isSchema(databaseId, schemaName));
  if (!place) throw new AppError('NOT_FOUND', `The schema ${schemaName} does not exist any more`);
  return { databaseId, schemaName, roleName: place.roleName };
}
