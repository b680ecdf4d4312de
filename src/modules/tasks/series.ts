import { badInput } from '../../lib/errors.ts';
import { uuidv7 } from '../../lib/ids.ts';
import { nextDay } from './recurrence-rule.ts';
import type { tasks } from './tables.ts';

type Series = Pick<typeof tasks.$inferSelect, 'recurrence' | 'seriesId' | 'seriesStart' | 'occursOn' | 'occurrence'>;

interface Rule {
  recurrence?: string | null | undefined;
  dueDate?: string | null | undefined;
}

const none: Series = { recurrence: null, seriesId: null, seriesStart: null, occursOn: null, occurrence: null };

/**
 * The place of a task in a series after a change: a new rule begins a series of its own on the day when the task is
 * due. Throws BAD_INPUT for a rule without a due day, and for one that has no days or is not valid.
 */
export function seriesOf(
  { recurrence, dueDate }: Rule,
  current?: Pick<Series, 'recurrence' | 'occursOn'> & Rule,
): Partial<Series> {
  const rule = recurrence === undefined ? current?.recurrence : recurrence;
  const day = dueDate === undefined ? current?.dueDate : dueDate;
  if (!rule) return current?.recurrence ? none : {};
  if (!day) throw badInput('A recurring task needs the day when it is due', 'input.dueDate');
  const isKept = current && rule === current.recurrence;
  return isKept ? {} : startSeries(rule, day);
}

/** The first place of a new series. Throws BAD_INPUT. */
export function startSeries(recurrence: string, day: string): Series {
  const place = { recurrence, seriesStart: day, occursOn: day, occurrence: 1 };
  try {
    nextDay(place);
  } catch (error) {
    const why =
      error instanceof Error && !/iterations|evaluations/i.test(error.message) ? error.message : 'it has no days';
    throw badInput(`Not a rule of RFC 5545 that can be followed: ${why.slice(0, 200)}`, 'input.recurrence');
  }
  return { ...place, seriesId: uuidv7() };
}
