import { z } from 'zod';
import { insertionOf } from '../../access/rows.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { dayField, uuidField } from '../../lib/fields.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { checkInput, type Raw, withoutNulls } from '../../lib/input.ts';
import type { TenantTx } from '../../tenancy/tenant-session.ts';
import { change } from '../events/record-event.ts';
import { profiles } from '../people/tables.ts';
import { openRule } from '../projects/open-project.ts';
import { staffRule } from '../projects/staff.ts';
import { openWeekRule } from './closed-weeks.ts';
import { daysOf, roomFor } from './day-limit.ts';
import { requireTimeWriter } from './policy.ts';
import { workReferences } from './references.ts';
import { timeEntries, uniqueTimeEntryFields } from './tables.ts';
import { timeEntryFields } from './time-entry-input.ts';
import { aheadRule, startedRule } from './work-date.ts';
import { checkTimes, hoursGiven } from './work-times.ts';

const input = z.object({
  ...timeEntryFields,
  profileId: uuidField.nullish(),
  projectId: uuidField,
  workDate: dayField,
});

export type CreateTimeEntryInput = Raw<typeof input>;

/**
 * Records work of the viewer, or of the given person. Throws DAY_LIMIT above the hours that the day has in the time
 * zone, BAD_INPUT for a day before the project's start or after this month, NOT_FOUND for a referenced object,
 * ALREADY_EXISTS for the external reference.
 */
export async function createTimeEntry(
  tx: TenantTx,
  viewer: Viewer,
  timeZone: string,
  raw: CreateTimeEntryInput,
): Promise<{ id: string }> {
  const { profileId: given, hours, duration, ...rest } = checkInput(input, withoutNulls(raw));
  const values = { ...rest, hours: hoursGiven({ hours, duration, ...rest }) };
  checkTimes(timeZone, values);
  const profileId = given ?? viewer.profileId;
  requireTimeWriter(viewer, profileId);
  const person = { table: profiles, id: profileId, typename: 'Profile', field: 'input.profileId' };
  const id = uuidv7();
  const row = { id, profileId, ...values };
  await change(tx, viewer, {
    lock: daysOf(profileId),
    require: {
      references: [person, ...workReferences(values)],
      rules: [
        ...staffRule(profileId, 'input.profileId', { day: { workDate: values.workDate, timeZone } }),
        ...openRule(viewer, values.projectId, 'input.projectId'),
        ...aheadRule(viewer, timeZone, values.workDate, 'input.workDate'),
        ...startedRule(viewer, values.projectId, values.workDate, 'input.workDate'),
        openWeekRule(profileId, [values.workDate], 'input.workDate'),
        roomFor(profileId, timeZone, values),
      ],
    },
    write: insertionOf(timeEntries, row, uniqueTimeEntryFields),
    event: { action: 'timeEntry.created', resourceType: 'TimeEntry', resourceId: id, after: row },
  });
  return { id };
}
