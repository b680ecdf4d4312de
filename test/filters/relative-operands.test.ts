import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Plans } from '../../src/graphql/compile/plans.ts';
import { inPeriods, type PeriodOperator, type Unit } from '../../src/graphql/declare/aggregate/periods.ts';
import { dayIn, fromDayNumber, toDayNumber } from '../../src/lib/days.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { tasks } from '../../src/modules/tasks/tables.ts';
import { schema } from '../../src/schema.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { createProject } from '../projects/support.ts';
import { type Member, world } from '../support/world.ts';

const here = await world();
const acme = await here.company();
const manager = await acme.as('MANAGER');
const other = await acme.member('MANAGER');
const plans = new Plans(schema);
const servers = {
  compiled: buildGraphServer(here.app, { plans }).yoga,
  executed: buildGraphServer(here.app, { plans: null }).yoga,
};
const today = dayIn(acme.tenant.timeZone);
const daysAround = Array.from({ length: 81 }, (_, place) => fromDayNumber(toDayNumber(today) + place - 40));
let projectId = '';

beforeAll(async () => {
  projectId = await createProject(manager);
  const rows = daysAround.map((dueDate, place) => {
    const id = uuidv7();
    const assigneeId = (place % 3 ? manager : other).profileId;
    return { id, projectId: projectId.split(':')[1]!, name: dueDate, rank: id, assigneeId, dueDate };
  });
  const undated = { ...rows[1]!, id: uuidv7(), name: 'undated', dueDate: null };
  await here.app.binding.write(acme.tenant, (tx) => tx.insert(tasks).values([...rows, undated]));
});

async function ask(yoga: typeof servers.compiled, member: Member, query: string, variables: object) {
  const response = await yoga.fetch('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...member.headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as { data?: never; errors?: { extensions: object }[] };
}

/** The answer, which is the same compiled and executed. */
async function answer(query: string, variables: object = {}, member = manager) {
  const compiled = await ask(servers.compiled, member, query, variables);
  expect(await ask(servers.executed, member, query, variables)).toEqual(compiled);
  return compiled as { data?: Record<string, never>; errors?: { extensions: object }[] };
}

const units: readonly Unit[] = ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'];
const monthsOf = { MONTH: 1, QUARTER: 3, YEAR: 12 } as const;

/** The first day of the period that is `later` periods after that of a day, as a day number. */
function startOf(day: number, unit: Unit, later: number, weekShift: number): number {
  if (unit === 'DAY') return day + later;
  // 1970-01-01 was a Thursday
  if (unit === 'WEEK') return day - ((((day + 3 - weekShift) % 7) + 7) % 7) + 7 * later;
  const months = monthsOf[unit];
  const [year, month] = fromDayNumber(day).split('-').map(Number) as [number, number];
  return Date.UTC(year, (Math.floor((month - 1) / months) + later) * months, 1) / 86_400_000;
}

function expected(day: number, operator: PeriodOperator, from: number, end: number): boolean {
  if (operator === 'before') return day < from;
  return operator === 'after' ? day >= end : day >= from && day < end;
}

const periods = fc.record({
  // Around the ends of years, leap days and changes of the clock too
  today: fc
    .constantFrom('2024-02-29', '2025-12-31', '2026-01-01', '2026-03-29', '2026-11-01', '2028-02-29')
    .chain((day) => fc.integer({ min: -20, max: 20 }).map((days) => fromDayNumber(toDayNumber(day) + days))),
  unit: fc.constantFrom(...units),
  offset: fc.integer({ min: -15, max: 15 }),
  count: fc.integer({ min: 1, max: 4 }),
  operator: fc.constantFrom<PeriodOperator>('within', 'before', 'after'),
  zone: fc.constantFrom('Europe/Paris', 'America/Havana', 'Pacific/Apia', 'Asia/Kathmandu', 'Africa/Cairo', 'UTC'),
  atEnd: fc.boolean(),
  minutes: fc.integer({ min: -1_800, max: 1_800 }),
});

describe('periods relative to a day', () => {
  it.each(['MONDAY', 'SUNDAY', 'SATURDAY'])(
    'equal an oracle for days and instants, with weeks from %s',
    async (first) => {
      const owner = await acme.as('OWNER');
      await owner.ok(
        'mutation ($input: UpdateTenantSettingsInput!) { updateTenantSettings(input: $input) { lastEventId } }',
        {
          input: { weekStartsOn: first },
        },
      );
      const weekShift = { MONDAY: 0, SATURDAY: 5, SUNDAY: 6 }[first]!;
      await fc.assert(
        fc.asyncProperty(fc.array(periods, { minLength: 20, maxLength: 20 }), async (cases) => {
          const made = cases.map(({ today: day, unit, offset, count, operator, zone, atEnd, minutes }) => {
            const from = startOf(toDayNumber(day), unit, offset, weekShift);
            const end = startOf(toDayNumber(day), unit, offset + count, weekShift);
            const instant = new Date((atEnd ? end : from) * 86_400_000 + minutes * 60_000);
            const dated = fromDayNumber((atEnd ? end : from) + (minutes % 3));
            const relative = { today: day, zone, first: offset, last: offset + count };
            const of = (value: ReturnType<typeof sql>, isDay: boolean) =>
              inPeriods({ value, isDay }, operator, unit, relative);
            return {
              sql: sql`array[${of(sql`${dated}::date`, true)}, ${of(sql`${instant.toISOString()}::timestamptz`, false)}]`,
              expected: [toDayNumber(dated), toDayNumber(dayIn(zone, instant))].map((n) =>
                expected(n, operator, from, end),
              ),
            };
          });
          const columns = made.map(({ sql: each }, place) => sql`${each} as ${sql.identifier(`c${place}`)}`);
          const [row] = await here.app.binding.read(acme.tenant, (db) =>
            db.execute<Record<string, boolean[]>>(sql`select ${sql.join(columns, sql`, `)}`),
          );
          expect(Object.values(row!)).toEqual(made.map((each) => each.expected));
        }),
        { numRuns: Number(process.env.RUNS ?? 20) },
      );
    },
  );

  it.each([
    ['within: { unit: DAY }', (day: string) => day === today],
    ['before: { unit: DAY }', (day: string) => day < today],
    ['after: { unit: DAY, offset: 7 }', (day: string) => toDayNumber(day) > toDayNumber(today) + 7],
    [
      'within: { unit: DAY, offset: -29, count: 30 }',
      (day: string) => day <= today && toDayNumber(day) > toDayNumber(today) - 30,
    ],
    ['within: { unit: MONTH }', (day: string) => day.slice(0, 7) === today.slice(0, 7)],
    ['within: { unit: YEAR, offset: -1, count: 3 }', () => true],
  ])('filter lists, totals, aggregates and their negations: %s', async (operand, matches) => {
    const names = daysAround.filter(matches);
    const query = `{
      tasks(first: 100, where: { dueDate: { ${operand} } }, orderBy: [{ field: NAME, direction: ASC }]) { totalCount nodes { name } }
      tasksAggregate(where: { dueDate: { ${operand} } }) { count }
      others: tasks(where: { not: { dueDate: { ${operand} } } }) { totalCount aggregate { count } }
    }`;
    const rest = daysAround.length + 1 - names.length;
    expect((await answer(query)).data).toEqual({
      tasks: { totalCount: names.length, nodes: names.map((name) => ({ name })) },
      tasksAggregate: [{ count: names.length }],
      others: { totalCount: rest, aggregate: [{ count: rest }] },
    });
  });

  it('are in no plan: the day is a parameter, as is who asks', async () => {
    const query = `query ($period: RelativePeriod!, $who: ID!) {
      tasks(where: { dueDate: { before: $period }, createdAt: { within: { unit: YEAR } }, assigneeId: { eq: $who } }) { totalCount }
    }`;
    const variables = { period: { unit: 'DAY' }, who: 'me' };
    const { data, statements } = await manager.graphql(query, variables);
    expect(statements).toHaveLength(1);
    expect(statements[0]).not.toContain(today);
    expect(statements[0]).not.toContain(manager.profileId);
    const mine = await answer(query, variables);
    expect(mine.data).toEqual(data);
    const { compiled } = plans.counts;
    const theirs = await answer(query, variables, other);
    expect(plans.counts.compiled).toBe(compiled);
    expect([mine.data, theirs.data]).toEqual([{ tasks: { totalCount: 26 } }, { tasks: { totalCount: 14 } }]);
    const later = await answer(query, { ...variables, period: { unit: 'DAY', offset: 3 } }, other);
    expect(later.data).toEqual({ tasks: { totalCount: 15 } });
    expect(plans.counts.compiled).toBe(compiled);
  });

  it('select the tasks of a change', async () => {
    const { data, errors } = await manager.graphql(
      `mutation { updateTasksWhere(input: {
        where: { dueDate: { within: { unit: DAY, offset: -3, count: 3 } }, assigneeId: { in: ["me"] } }, change: { priority: HIGH }, preview: true
      }) { count } }`,
    );
    expect(errors).toEqual([]);
    expect(data.updateTasksWhere).toEqual({ count: 2 });
  });
});

it.each([
  ['dueDate: { within: { unit: WEEK, offset: 1001 } }', 'where.dueDate.within.offset'],
  ['or: [{ dueDate: { within: { unit: WEEK, count: 0 } } }]', 'where.or.0.dueDate.within.count'],
  ['dueDate: { after: { unit: YEAR, count: 1001 } }', 'where.dueDate.after.count'],
])('refuses { %s }', async (where, field) => {
  const { errors } = await answer(`{ tasks(where: { ${where} }) { totalCount } }`);
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', field } }]);
});

it('knows the largest periods', async () => {
  const query =
    '{ tasks(where: { dueDate: { within: { unit: YEAR, offset: -1000, count: 1000 } }, createdAt: { before: { unit: YEAR, offset: 1000 } } }) { totalCount } }';
  const years = daysAround.filter((day) => day.slice(0, 4) < today.slice(0, 4));
  expect((await answer(query)).data).toEqual({ tasks: { totalCount: years.length } });
});

it('takes me for a profile, and for no other object or text', async () => {
  const count = async (where: string) => (await answer(`{ tasks(where: { ${where} }) { totalCount } }`)).data;
  expect(await count('assignee: { id: { ne: "me" } }')).toEqual({ tasks: { totalCount: 27 } });
  expect(await count('name: { eq: "me" }')).toEqual({ tasks: { totalCount: 0 } });
  const { errors } = await answer('{ tasks(where: { projectId: { eq: "me" } }) { totalCount } }');
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT' } }]);
});
