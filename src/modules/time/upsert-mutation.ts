import { inArray } from 'drizzle-orm';
import { defineUpsert } from '../../graphql/declare/upsert.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { badInput } from '../../lib/errors.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { Profile } from '../people/profile.ts';
import { Project } from '../projects/project.ts';
import { Task } from '../tasks/task.ts';
import { type CreateTimeEntryInput, createTimeEntry } from './create-time-entry.ts';
import { lockDays } from './day-limit.ts';
import { timeEntries } from './tables.ts';
import { TimeEntry } from './time-entry.ts';
import { times } from './time-entry-mutations.ts';
import { type UpdateTimeEntryInput, updateTimeEntry } from './update-time-entry.ts';

/** Locks the days of all people concerned in one order: taken row by row, two upserts could wait for each other. */
async function lockAllDays(
  tx: TenantTx,
  viewer: Viewer,
  rows: readonly { externalReference?: unknown; profileId?: unknown }[],
): Promise<void> {
  const references = rows.map(({ externalReference }) => String(externalReference).trim());
  const known = await tx
    .selectDistinct({ profileId: timeEntries.profileId })
    .from(timeEntries)
    .where(inArray(timeEntries.externalReference, references));
  const people = [
    ...known.map(({ profileId }) => profileId),
    ...rows.map(({ profileId }) => (profileId ?? viewer.profileId) as string),
  ];
  for (const person of [...new Set(people)].sort()) lockDays(tx, person);
}

defineUpsert({
  table: 'timeEntries',
  node: TimeEntry,
  name: 'TimeEntry',
  noun: 'time entry',
  nouns: 'time entries',
  limit: 500,
  allowed: 'Your own time with time:write-own, anybody’s with time:write-all.',
  fields: (t) => ({
    profileId: t.globalID({ for: Profile, description: 'The person who worked, you by default; set once.' }),
    projectId: t.globalID({ for: Project, description: 'The project; required for a new entry.' }),
    taskId: t.globalID({ for: Task, description: 'The task of that project.' }),
    workDate: t.field({ type: 'LocalDate', description: 'The day; required for a new entry.' }),
    hours: t.field({ type: 'Decimal', description: 'The hours; required for a new entry without other times.' }),
    ...times(t),
    description: t.string({ description: 'What was done.' }),
    billable: t.boolean({ description: 'Whether the client can be billed for it; true by default.' }),
    source: t.string({ description: 'The tool that it comes from; set once.' }),
  }),
  needed: ['projectId', 'workDate', 'hours'],
  lockFirst: lockAllDays,
  create: (tx, viewer, input) => createTimeEntry(tx, viewer, tx.timeZone, input as unknown as CreateTimeEntryInput),
  change: async (tx, viewer, { profileId, source, ...input }, current) => {
    const { profileId: person, source: tool } = current as unknown as { profileId: string; source: string | null };
    if (profileId && profileId !== person) throw badInput('cannot be changed once it is set', 'input.profileId');
    if (source !== undefined && source !== tool) throw badInput('cannot be changed once it is set', 'input.source');
    return updateTimeEntry(tx, viewer, tx.timeZone, input as unknown as UpdateTimeEntryInput);
  },
});
