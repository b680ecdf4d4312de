import { RRuleTemporal } from 'rrule-temporal';
import { z } from 'zod';
import { maxCharacters } from '../../lib/characters.ts';
import { lastDay } from '../../lib/instants.ts';

/** Periods that a search for the next day looks at, so that a rule without days ends. */
const mostPeriods = 400;
const mostCandidates = 10_000;
const longestRule = 200;

const numbers = /^-?\d{1,3}(,-?\d{1,3})*$/;
const weekday = '(MO|TU|WE|TH|FR|SA|SU)';

/** The parts of RFC 5545 that concern days, with the form of their values; the library checks what they mean. */
const parts: Record<string, RegExp> = {
  FREQ: /^(DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  INTERVAL: /^([1-9]\d{0,2})$/,
  COUNT: /^([1-9]\d{0,2})$/,
  UNTIL: /^\d{8}$/,
  BYDAY: new RegExp(`^([+-]?\\d{1,2})?${weekday}(,([+-]?\\d{1,2})?${weekday})*$`),
  BYMONTHDAY: numbers,
  BYYEARDAY: numbers,
  BYWEEKNO: numbers,
  BYMONTH: numbers,
  BYSETPOS: numbers,
  WKST: new RegExp(`^${weekday}$`),
};

/** The largest numbers in lists; negative ones count from the end. The library would leave out others. */
const largest: Record<string, number> = {
  ...{ BYDAY: 53, BYMONTHDAY: 31, BYYEARDAY: 366, BYWEEKNO: 53, BYMONTH: 12, BYSETPOS: 366 },
};

const hints: Record<string, string> = {
  FREQ: 'FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY',
  INTERVAL: 'INTERVAL must be 1 to 999',
  COUNT: 'COUNT must be 1 to 999',
  UNTIL: 'UNTIL must be a day such as 20271231',
};

/** A recurrence rule of RFC 5545 for days; the value has no `RRULE:` and is in upper case. */
export const recurrenceField = z
  .string()
  .check(maxCharacters(longestRule))
  .overwrite((text) =>
    text
      .trim()
      .toUpperCase()
      .replace(/^RRULE:/, ''),
  )
  .check(({ value, issues }) => {
    const message = faultOf(value);
    if (message) issues.push({ code: 'custom', message, input: value });
  });

/** What is wrong with the form of a rule. */
function faultOf(rule: string): string | undefined {
  const found = new Set<string>();
  for (const part of rule.split(';')) {
    const [name, ...rest] = part.split('=');
    const form = Object.hasOwn(parts, name!) ? parts[name!] : undefined;
    if (!form) return `must be a rule of RFC 5545 such as FREQ=WEEKLY;BYDAY=MO, for days: no part ${name}`;
    if (found.has(name!)) return `${name} is given twice`;
    found.add(name!);
    const value = rest.join('=');
    if (!form.test(value) || !isWithin(value, name!)) return hints[name!] ?? `${name} has an invalid value`;
  }
  if (!found.has('FREQ')) return hints.FREQ;
  if (found.has('COUNT') && found.has('UNTIL')) return 'COUNT and UNTIL cannot be combined';
  return undefined;
}

function isWithin(value: string, name: string): boolean {
  const most = largest[name];
  if (most === undefined) return true;
  const found = (value.match(/[+-]?\d+/g) ?? []).map(Number);
  return found.every((number) => number !== 0 && Math.abs(number) <= most && (name !== 'BYMONTH' || number > 0));
}

/** A place in a series of tasks. */
export interface Occurrence {
  recurrence: string;
  /** The day that the rule counts from. */
  seriesStart: string;
  occursOn: string;
  /** 1 for the task that the series starts with, whether or not its day fits the rule. */
  occurrence: number;
}

/** The day after this one in the series; undefined if it was the last. Throws an Error for a rule that has no days. */
export function nextDay({ recurrence, seriesStart, occursOn, occurrence }: Occurrence): string | undefined {
  const count = /(?:^|;)COUNT=(\d+)/.exec(recurrence)?.[1];
  if (count !== undefined && occurrence >= Number(count)) return undefined;
  // COUNT is counted here, since the library would make all former days again. A day is its midnight in UTC: the rule
  // concerns days of the organization, whatever its time zone
  const rule = recurrence
    .replace(/(^|;)COUNT=\d+/, '')
    .replace(/^;/, '')
    .replace(/UNTIL=(\d{8})/, 'UNTIL=$1T000000Z');
  const next = new RRuleTemporal({
    rruleString: `DTSTART:${seriesStart.replaceAll('-', '')}T000000Z\nRRULE:${rule}`,
    strict: true,
    maxIterations: mostPeriods,
    maxCandidateEvaluations: mostCandidates,
  }).next(new Date(`${occursOn}T00:00:00Z`));
  const day = next?.toString().slice(0, 10);
  return day !== undefined && day <= lastDay ? day : undefined;
}
