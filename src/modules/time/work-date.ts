import { sql } from 'drizzle-orm';
import { brokenRule, type Rule } from '../../access/requirements.ts';
import { given } from '../../access/statement.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { dayIn } from '../../lib/days.ts';
import { badInput } from '../../lib/errors.ts';
import { projects } from '../projects/tables.ts';

const mayRecordAnyDay = (viewer: Viewer): boolean => viewer.permissions.has('time:write-all');

/**
 * Throws BAD_INPUT for a day after the current month of the time zone. Viewers with time:write-all may record any day.
 */
export function requireWorkDate(viewer: Viewer, timeZone: string, day: string, field: string): void {
  if (mayRecordAnyDay(viewer) || monthOf(day) <= monthOf(dayIn(timeZone))) return;
  throw badInput('must not be after the end of this month', field);
}

const monthOf = (day: string): string => day.slice(0, 7);

const hasStarted = sql`(
  select case when ${projects.startDate} <= ${given('workDay')}::date then true
    else ${brokenRule('started', sql`${projects.startDate}::text`)} end
  from ${projects} where ${projects.id} = ${given('workProjectId')})`;

/** The rule that the day must not be before the project's first day. No rule for viewers with time:write-all. */
export function startedRule(viewer: Viewer, projectId: string, day: string, field: string): Rule[] {
  if (mayRecordAnyDay(viewer)) return [];
  return [
    {
      name: 'started',
      holds: hasStarted,
      given: { workProjectId: projectId, workDay: day },
      broken: (startDate) => badInput(`must not be before ${startDate}, the first day of the project`, field),
    },
  ];
}
