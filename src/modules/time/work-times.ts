import { dayIn } from '../../lib/days.ts';
import { badInput } from '../../lib/errors.ts';
import { readDuration } from './read-duration.ts';
import { longestDay } from './time-entry-input.ts';

const hourMs = 3_600_000;

type Moment = Date | null | undefined;

interface Given {
  hours?: string | undefined;
  duration?: string | null | undefined;
  startedAt?: Moment;
  endedAt?: Moment;
}

/** The hours of a new entry: as given, or from its start to its end. Throws BAD_INPUT if there are none. */
export function hoursGiven({ startedAt, endedAt, ...given }: Given): string {
  const { hours } = hoursChanged(given);
  if (hours !== undefined) return hours;
  if (!startedAt || !endedAt) throw badInput('give the hours, or startedAt and endedAt', 'input.hours');
  return hoursBetween(startedAt, endedAt);
}

/** The hours that a change gives, in either form; empty if it gives none. Throws BAD_INPUT. */
export function hoursChanged({ hours, duration }: Given): { hours?: string } {
  if (duration === null || duration === undefined) return hours === undefined ? {} : { hours };
  if (hours !== undefined) throw badInput('give either the hours or the duration', 'input.duration');
  const read = readDuration(duration);
  if (read === undefined) throw badInput('must be a duration such as 1:30, 1h30, 90 min or 1,5', 'input.duration');
  if (Number(read) > longestDay) throw badInput(`at most ${longestDay} hours`, 'input.duration');
  return { hours: read };
}

interface Times {
  workDate: string;
  hours: string;
  startedAt?: Moment;
  endedAt?: Moment;
}

/** Throws BAD_INPUT unless the work begins on its day, ends after that, and lasts no longer than the time between. */
export function checkTimes(timeZone: string, { workDate, hours, startedAt, endedAt }: Times): void {
  if (startedAt && dayIn(timeZone, startedAt) !== workDate)
    throw badInput(`must be on ${workDate} in the time zone ${timeZone}`, 'input.startedAt');
  if (!startedAt || !endedAt) return;
  if (endedAt < startedAt) throw badInput('must not be before startedAt', 'input.endedAt');
  if (endedAt.getTime() - startedAt.getTime() > longestDay * hourMs)
    throw badInput(`must be at most ${longestDay} hours after startedAt`, 'input.endedAt');
  if (Number(hours) > Number(hoursBetween(startedAt, endedAt)))
    throw badInput('must not be more than the time from startedAt to endedAt', 'input.hours');
}

const hoursBetween = (start: Date, end: Date): string =>
  (Math.round((end.getTime() - start.getTime()) / (hourMs / 100)) / 100).toFixed(2);
