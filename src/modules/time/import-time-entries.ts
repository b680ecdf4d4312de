import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { type ErrorPolicy, eachRow, type RowOutcome } from '../../access/each-row.ts';
import { checkAtCommit } from '../../access/requirements.ts';
import { requirePermission, type Viewer } from '../../identity/viewer.ts';
import { maxCharacters } from '../../lib/characters.ts';
import { dayField, externalReferenceField, uuidField } from '../../lib/fields.ts';
import { isUuid, uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw, withoutNulls } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { recordEvent } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { openRule } from '../projects/open-project.ts';
import { staffRule } from '../projects/staff.ts';
import { openWeekRule } from './closed-weeks.ts';
import { lockDays } from './day-limit.ts';
import { requireOtherAuthor, requireTimeWriter } from './policy.ts';
import { workReferences } from './references.ts';
import { timeEntries, timeEntryStatuses } from './tables.ts';
import { hoursField, importSource, workFields } from './time-entry-input.ts';
import { aheadRule, startedRule } from './work-date.ts';

/** Most entries in one import. */
export const mostEntries = 500;

const bounds = z.object({
  source: z.string().trim().min(1).check(maxCharacters(100)),
  entries: z.array(z.unknown()).min(1).max(mostEntries),
});

const { source: _, ...fields } = workFields;
const input = z.object({
  ...fields,
  profileId: uuidField,
  projectId: uuidField,
  workDate: dayField,
  hours: hoursField(9_999.99),
  status: z.enum(timeEntryStatuses).nullish(),
  externalReference: externalReferenceField.nullish(),
});

export type ImportedTimeEntry = Raw<typeof input>;

interface TimeImport {
  /** Name of the system that the entries come from. */
  source: string;
  errorPolicy: ErrorPolicy;
  entries: readonly ImportedTimeEntry[];
}

/**
 * Imports time entries of another system, marked as such and exempt from the length of a day, but not from closed
 * weeks. An entry whose external reference is already known stays unchanged, so that an import can be repeated. The
 * viewer's own time is imported as not validated. Needs import:run.
 */
export async function importTimeEntries(
  tx: TenantTx,
  viewer: Viewer,
  { source, errorPolicy, entries }: TimeImport,
): Promise<RowOutcome[]> {
  requirePermission(viewer, 'import:run');
  const { source: name } = checkInput(bounds, { source, entries });
  const people = entries.flatMap(({ profileId }) => (isUuid(profileId) ? [profileId] : []));
  for (const profileId of [...new Set(people)].sort()) lockDays(tx, profileId);
  const options = { policy: errorPolicy, field: 'input.entries' };
  return eachRow(tx, entries, options, (entry) => importEntry(tx, viewer, importSource(name), entry));
}

async function importEntry(
  tx: TenantTx,
  viewer: Viewer,
  source: string,
  raw: ImportedTimeEntry,
): Promise<{ id: string }> {
  const { status, ...values } = checkInput(input, withoutNulls(raw));
  requireTimeWriter(viewer, values.profileId);
  if (status === 'VALIDATED') requireOtherAuthor(viewer, values, 'input.status');
  const known = values.externalReference && (await findByReference(tx, values.externalReference));
  if (known) return known;
  const person = { table: profiles, id: values.profileId, typename: 'Profile', field: 'input.profileId' };
  checkAtCommit(tx, viewer, {
    references: [person, ...workReferences(values)],
    rules: [
      ...staffRule(values.profileId, 'input.profileId', { day: { workDate: values.workDate, timeZone: tx.timeZone } }),
      ...openRule(viewer, values.projectId, 'input.projectId'),
      ...aheadRule(viewer, tx.timeZone, values.workDate, 'input.workDate'),
      ...startedRule(viewer, values.projectId, values.workDate, 'input.workDate'),
      openWeekRule(values.profileId, [values.workDate], 'input.workDate'),
    ],
  });
  const id = uuidv7();
  const row = { id, ...values, source, status: status ?? 'PENDING' };
  const made = await tx.insert(timeEntries).values(row).onConflictDoNothing().returning({ id: timeEntries.id });
  // A concurrent import inserted the same entry.
  if (!made.length) return (await findByReference(tx, values.externalReference!))!;
  await recordEvent(tx, viewer, {
    action: 'timeEntry.created',
    resourceType: 'TimeEntry',
    resourceId: id,
    after: row,
  });
  return { id };
}

async function findByReference(tx: TenantTx, reference: string): Promise<{ id: string } | undefined> {
  const [row] = await tx
    .select({ id: timeEntries.id })
    .from(timeEntries)
    .where(eq(timeEntries.externalReference, reference));
  return row;
}
