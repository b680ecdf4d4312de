import { and, eq, gte, inArray, isNull, lte, ne, or } from 'drizzle-orm';
import { AppError, notFound } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { profiles } from '../people/tables.ts';
import { joinedPeriods, overlappingShares, peakAllocation, type Share } from './peak-allocation.ts';
import { projectAssignments } from './tables.ts';

interface Planned extends Share {
  /** The changed assignment, whose old share does not count. */
  id: string;
  profileId: string;
}

/**
 * Throws OVERBOOKED if the share, together with the person's other shares, would exceed 100 % on any of its days. The
 * profile stays locked until the transaction ends, so that the later of two concurrent assignments counts the earlier
 * one.
 */
export async function requireFreeShare(tx: TenantTx, planned: Planned): Promise<void> {
  await lockProfile(tx, planned.profileId);
  const others = await tx
    .select({
      fromDate: projectAssignments.fromDate,
      toDate: projectAssignments.toDate,
      allocationPercent: projectAssignments.allocationPercent,
    })
    .from(projectAssignments)
    .where(overlapping(planned));
  const peak = peakAllocation([...others, planned], planned);
  if (peak.percent > 100) throw overbooked(peak, { field: 'input.allocationPercent' });
}

/** The same for new assignments of several people, whose shares are locked (`lockShares`), with one statement. */
export async function requireFreeShares(
  tx: TenantTx,
  planned: readonly Omit<Planned, 'id'>[],
  field: string,
): Promise<void> {
  const byPerson = Map.groupBy(planned, ({ profileId }) => profileId);
  const present = await tx
    .select({
      profileId: projectAssignments.profileId,
      fromDate: projectAssignments.fromDate,
      toDate: projectAssignments.toDate,
      allocationPercent: projectAssignments.allocationPercent,
    })
    .from(projectAssignments)
    .where(inArray(projectAssignments.profileId, [...byPerson.keys()]));
  const presentOf = Map.groupBy(present, ({ profileId }) => profileId);
  for (const [profileId, shares] of byPerson) {
    const all = [...(presentOf.get(profileId) ?? []), ...shares];
    for (const period of joinedPeriods(shares)) {
      const peak = peakAllocation(overlappingShares(all, period), period);
      if (peak.percent > 100) throw overbooked(peak, { field, profileId: `Profile:${profileId}` });
    }
  }
}

function overbooked(
  { percent, day }: ReturnType<typeof peakAllocation>,
  details: { field: string; profileId?: string },
): AppError {
  const when = day ? `from ${day}` : 'from the start';
  return new AppError('OVERBOOKED', `The person would be booked at ${percent} % ${when}`, { ...details, percent, day });
}

async function lockProfile(tx: TenantTx, profileId: string): Promise<void> {
  const [row] = await tx
    .select({ id: profiles.id })
    .from(profiles)
    .where(eq(profiles.id, profileId))
    .for('no key update');
  if (!row) throw notFound('Profile', 'input.profileId');
}

const overlapping = ({ id, profileId, fromDate, toDate }: Planned) =>
  and(
    eq(projectAssignments.profileId, profileId),
    ne(projectAssignments.id, id),
    fromDate === null ? undefined : or(isNull(projectAssignments.toDate), gte(projectAssignments.toDate, fromDate)),
    toDate === null ? undefined : or(isNull(projectAssignments.fromDate), lte(projectAssignments.fromDate, toDate)),
  );
