import { sql } from 'drizzle-orm';
import { brokenRule, type Rule } from '../../access/requirements.ts';
import { given } from '../../access/statement.ts';
import type { Viewer } from '../../identity/viewer.ts';
import { dayIn } from '../../lib/days.ts';
import { badInput } from '../../lib/errors.ts';
import { projects } from '../projects/tables.ts';
import { isOn } from '../settings/is-on.ts';

/** Viewers with time:write-all may record time on any day. */
export const mayRecordAnyDay = (viewer: Viewer): boolean => viewer.permissions.has('time:write-all');

const isAllowedAhead = sql`(
  select case when ${isOn('timeAhead')} then true else ${brokenRule('ahead', sql`''`)} end)`;

/**
 * The rule that the day is not after the current month of the time zone: BAD_INPUT, unless the setting `timeAhead` is
 * on. No rule for earlier days, nor for viewers with time:write-all.
 */
export function aheadRule(viewer: Viewer, timeZone: string, day: string, field: string): Rule[] {
  if (mayRecordAnyDay(viewer) || monthOf(day) <= monthOf(dayIn(timeZone))) return [];
  const broken = () => badInput('must not be after the end of this month', field);
  return [{ name: 'ahead', holds: isAllowedAhead, given: {}, broken }];
}

const monthOf = (day: string): string => day.slice(0, 7);

const hasStarted = sql`(
  select case when ${projects.startDate} <= ${given('workDay')}::date or ${isOn('timeBeforeStart')} then true
    else ${brokenRule('started', sql`${projects.startDate}::text`)} end
  from ${projects} where ${projects.id} = ${given('workProjectId')})`;

/**
 * The rule that the day is not before the first day of the project: BAD_INPUT, unless the setting `timeBeforeStart` is
 * on. No rule for viewers with time:write-all.
 */
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
