import { and, eq, gte, isNull, lte, ne, or } from 'drizzle-orm';
import { AppError, notFound } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { profiles } from '../people/tables.ts';
import { peakAllocation, type Share } from './peak-allocation.ts';
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
  const { percent, day } = peakAllocation([...others, planned], planned);
  if (percent <= 100) return;
  const when = day ? `from ${day}` : 'from the start';
  throw new AppError('OVERBOOKED', `The person would be booked at ${percent} % ${when}`, {
    field: 'input.allocationPercent',
    percent,
    day,
  });
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
