import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { notFound } from '../lib/errors.ts';
import { uuidv7 } from '../lib/ids.ts';
import { checkInput } from '../lib/input.ts';
import { recordAudit } from '../tenancy/audit.ts';
import { requireRoleChange } from './authority.ts';
import type { Identity, Origin } from './identity.ts';
import { joinCodeRole, requireFuture } from './inputs.ts';
import { newJoinCode } from './join-code.ts';
import { joinCodes } from './tables.ts';
import { actorOf, requirePermission, type Viewer } from './viewer.ts';

export type JoinCode = typeof joinCodes.$inferSelect;

export const createJoinCodeInput = z.object({
  role: joinCodeRole.default('MEMBER'),
  /** Null: any number of people. */
  maxUses: z.int().min(1).max(100_000).nullish(),
  expiresAt: z.date().nullish(),
});

/**
 * Creates a code for joining the viewer's organization. Throws FORBIDDEN without member:manage or a permission of the
 * role; BAD_INPUT for an expiry in the past.
 */
export async function createJoinCode(
  { catalog, clock }: Identity,
  viewer: Viewer,
  input: z.input<typeof createJoinCodeInput>,
  origin: Origin,
): Promise<JoinCode> {
  requirePermission(viewer, 'member:manage');
  const { role, maxUses = null, expiresAt = null } = checkInput(createJoinCodeInput, input);
  const now = clock();
  requireFuture(expiresAt, now);
  const { organizationId, userId } = viewer;
  const row = { id: uuidv7(), organizationId, code: newJoinCode(), role, maxUses, expiresAt, createdBy: userId };
  return catalog.write(async (tx) => {
    await requireRoleChange(tx, viewer, undefined, role);
    const [code] = await tx
      .insert(joinCodes)
      .values({ ...row, uses: 0, createdAt: now })
      .returning();
    await recordAudit(tx, {
      ...origin,
      actor: actorOf(viewer),
      action: 'join-code.created',
      organizationId,
      resource: { type: 'JoinCode', id: row.id },
      metadata: { role, maxUses },
    });
    return code!;
  });
}

/** Revokes a code of the viewer's organization. Throws FORBIDDEN, NOT_FOUND. */
export async function revokeJoinCode(
  { catalog, clock }: Identity,
  viewer: Viewer,
  joinCodeId: string,
  origin: Origin,
): Promise<void> {
  requirePermission(viewer, 'member:manage');
  const { organizationId } = viewer;
  const mine = and(eq(joinCodes.id, joinCodeId), eq(joinCodes.organizationId, organizationId));
  await catalog.write(async (tx) => {
    const open = and(mine, isNull(joinCodes.revokedAt));
    const revoked = await tx.update(joinCodes).set({ revokedAt: clock() }).where(open).returning({ id: joinCodes.id });
    if (revoked.length === 0) throw notFound('JoinCode');
    await recordAudit(tx, {
      ...origin,
      actor: actorOf(viewer),
      action: 'join-code.revoked',
      organizationId,
      resource: { type: 'JoinCode', id: joinCodeId },
    });
  });
}
