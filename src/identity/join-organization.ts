import { and, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { AppError } from '../lib/errors.ts';
import { checkInput } from '../lib/input.ts';
import type { By } from '../tenancy/audit.ts';
import type { CatalogTx } from '../tenancy/catalog.ts';
import { addMember, getTenant, type Membership } from './add-member.ts';
import { type Attempt, countAttempts, forgiveAttempts } from './attempts.ts';
import type { Identity, Origin } from './identity.ts';
import { secret } from './inputs.ts';
import { normalizeJoinCode } from './join-code.ts';
import type { Person } from './profile-gateway.ts';
import { joinCodes } from './tables.ts';

export const joinOrganizationInput = z.object({ code: secret });

/**
 * Makes the person a member of the code's organization. Throws NOT_FOUND for a code that is unknown, used up, revoked
 * or expired (the error does not say which), ALREADY_EXISTS for a member, RATE_LIMITED.
 */
export async function joinOrganization(
  identity: Identity,
  person: Person,
  input: z.input<typeof joinOrganizationInput>,
  origin: Origin,
): Promise<Membership> {
  const { code } = checkInput(joinOrganizationInput, input);
  const { catalog, clock } = identity;
  const attempts: Attempt[] = [
    { bucket: 'join', subject: person.userId },
    { bucket: 'address', subject: origin.ipAddress },
  ];
  await countAttempts(catalog, clock(), attempts);
  const by = { ...origin, actor: { kind: 'USER', id: person.userId } } as const;
  const { id, organizationId, role } = await findJoinCode(identity, code, by);
  const tenant = await getTenant(identity, organizationId);
  const claim = async (tx: CatalogTx) => {
    await useJoinCode(tx, id, clock());
    await forgiveAttempts(tx, attempts);
  };
  return addMember(identity, { person, tenant, role, claim }, origin);
}

/** The valid join code that was typed. Throws NOT_FOUND, which it audits. */
export async function findJoinCode(identity: Identity, typed: string, by: By, field = 'input.code') {
  const { catalog, clock, refusals } = identity;
  const code = normalizeJoinCode(typed);
  const [found] = await catalog.read((db) =>
    db
      .select()
      .from(joinCodes)
      .where(and(eq(joinCodes.code, code), usable(clock()))),
  );
  if (found) return found;
  await refusals.record({ ...by, action: 'join-code.refused' });
  throw unknownCode(field);
}

/** One statement checks and counts, so that concurrent requests cannot exceed `maxUses`. */
async function useJoinCode(tx: CatalogTx, id: string, now: Date): Promise<void> {
  const used = await tx
    .update(joinCodes)
    .set({ uses: sql`${joinCodes.uses} + 1` })
    .where(and(eq(joinCodes.id, id), usable(now)))
    .returning({ id: joinCodes.id });
  if (used.length === 0) throw unknownCode('input.code');
}

const usable = (now: Date) =>
  and(
    isNull(joinCodes.revokedAt),
    or(isNull(joinCodes.expiresAt), gt(joinCodes.expiresAt, now)),
    or(isNull(joinCodes.maxUses), lt(joinCodes.uses, joinCodes.maxUses)),
  );

const unknownCode = (field: string) => new AppError('NOT_FOUND', 'This code does not work', { field });
