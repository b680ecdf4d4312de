import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { type GraphQLObjectType, getNamedType, isObjectType, isRequiredArgument } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { Plans } from '../../src/graphql/compile/plans.ts';
import { type Role, roles } from '../../src/identity/roles.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { clients } from '../../src/modules/clients/tables.ts';
import { projectAssignments, projects } from '../../src/modules/projects/tables.ts';
import { schema } from '../../src/schema.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { withAllModules } from '../support/all-modules.ts';
import { type Member, world } from '../support/world.ts';
import { recordTime } from '../time/support.ts';

const here = await world({ env: { MAX_COMPLEXITY: '1000000' } });
const acme = await withAllModules(here, await here.company());
const servers = {
  compiled: buildGraphServer(here.app, { plans: new Plans(schema) }).yoga,
  executed: buildGraphServer(here.app, { plans: null }).yoga,
};
const people = new Map<string, Member>();
const sectors = ['Rail', 'Energy', null];

beforeAll(async () => {
  for (const role of ['OWNER', 'CONSULTANT', 'CLIENT'] as const) people.set(role, await acme.as(role));
  const owner = people.get('OWNER')!;
  const rows = sectors.map((sector, place) => ({ id: uuidv7(), name: `Client ${place}`, sector }));
  const made = rows.map(({ id: clientId }, place) => ({
    id: uuidv7(),
    clientId,
    name: `Project ${place}`,
    code: `P${place}`,
    startDate: '2026-01-01',
  }));
  const consultant = { profileId: people.get('CONSULTANT')!.profileId, allocationPercent: 5 };
  await here.app.binding.write(acme.tenant, async (tx) => {
    await tx.insert(clients).values(rows);
    await tx.insert(projects).values(made);
    await tx.insert(projectAssignments).values(made.map(({ id }) => ({ id, projectId: id, ...consultant })));
  });
  for (let place = 0; place < 18; place++)
    await recordTime(place % 2 ? owner : people.get('CONSULTANT')!, {
      projectId: `Project:${made[place % 3]!.id}`,
      workDate: `2026-0${1 + (place % 5)}-0${1 + (place % 9)}`,
      hours: String(0.25 + (place % 7)),
      billable: place % 4 === 0,
    });
  // Its own time on this project stays visible to the CONSULTANT, the project does not
  const hidden = eq(projectAssignments.projectId, made[1]!.id);
  await here.app.binding.write(acme.tenant, (tx) => tx.delete(projectAssignments).where(hidden));
});

async function answers(member: Member, query: string) {
  const ask = async (yoga: typeof servers.compiled) => {
    const response = await yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...member.headers },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as { data?: Record<string, never[]>; errors?: { extensions: object }[] };
  };
  const [compiled, executed] = [await ask(servers.compiled), await ask(servers.executed)];
  expect(compiled).toEqual(executed);
  return compiled;
}

it('sums hours by client, sector, project and month in one statement, ordered, above a bound', async () => {
  const query = `{ timeEntriesAggregate(
    by: [{ project: { client: { id: true, sector: true }, id: true }, workDate: MONTH }]
    where: { workDate: { gte: "2026-01-01", lte: "2026-12-31" } }
    having: { sum: { hours: { gt: 5 } } }
    orderBy: [{ sum: HOURS, direction: DESC }]
  ) { keys { project { name } projectKeys { client { name } clientKeys { sector } } workDate(by: MONTH) } sum } }`;
  const owner = people.get('OWNER')!;
  const { data, statements } = await owner.graphql(query);
  expect(statements.length).toBe(1);
  const sums = data.timeEntriesAggregate.map(({ sum }: { sum: string }) => Number(sum));
  expect(sums[0]).toBe(6.25);
  expect(sums).toEqual(sums.toSorted((one: number, other: number) => other - one));
  expect(sums.every((sum: number) => sum > 5)).toBe(true);
  // Groups of equal sums are in the order of their ids, which are random
  expect(data.timeEntriesAggregate).toContainEqual({
    keys: {
      project: { name: 'Project 0' },
      projectKeys: { client: { name: 'Client 0' }, clientKeys: { sector: 'Rail' } },
      workDate: '2026-02-01',
    },
    sum: '6.25',
  });
  expect((await answers(owner, query)).data).toEqual(data);
});

it('says that an answer is cut, and continues after a cursor', async () => {
  const page = async (after: string) => {
    const { data } = await answers(
      people.get('OWNER')!,
      `{ timeEntriesAggregate(groupBy: MONTH, first: 2${after}) { keys { month } count cursor hasNext } }`,
    );
    return data!.timeEntriesAggregate as { keys: { month: string }; cursor: string; hasNext: boolean }[];
  };
  const months: string[] = [];
  for (let after = ''; ; ) {
    const groups = await page(after);
    months.push(...groups.map(({ keys }) => keys.month));
    if (!groups.at(-1)!.hasNext) break;
    after = `, after: "${groups.at(-1)!.cursor}"`;
  }
  expect(months).toEqual([1, 2, 3, 4, 5].map((month) => `2026-0${month}-01`));
});

it.each([
  ['{ tasksAggregate(first: 0) { count } }', 'first'],
  ['{ tasksAggregate(after: "1.wrong") { count } }', 'after'],
  ['{ tasksAggregate(groupBy: [{}]) { count } }', 'groupBy.0'],
  ['{ tasksAggregate(groupBy: [{ status: true }], orderBy: [{}]) { count } }', 'orderBy.0'],
  ['{ tasksAggregate(orderBy: [{ key: { status: true } }]) { count } }', 'orderBy.0.key'],
])('refuses %s', async (query, field) => {
  const { errors } = await answers(people.get('OWNER')!, query);
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', field } }]);
});

it.each([
  '{ projectAssignmentsAggregate { sum(of: SALE_RATE) } }',
  '{ projectAssignmentsAggregate(having: { max: { saleRate: { gt: 1 } } }) { count } }',
  '{ projectAssignmentsAggregate(groupBy: [{ profile: { id: true } }], orderBy: [{ max: SALE_RATE }]) { count } }',
])('refuses %s without the permission that the field needs', async (query) => {
  expect((await answers(people.get('OWNER')!, query)).errors).toBeUndefined();
  expect((await answers(people.get('CONSULTANT')!, query)).errors).toMatchObject([
    { extensions: { code: 'FORBIDDEN' } },
  ]);
});

it('counts only rows that the viewer may see', async () => {
  const { data } = await answers(people.get('CLIENT')!, '{ projectsAggregate { count } }');
  expect(data).toEqual({ projectsAggregate: [{ count: 0 }] });
});

/** The keys of time entries: how they are asked for, shown, and read from a row. */
interface Row {
  hours: string;
  billable: boolean;
  workDate: string;
  project: { id: string; client: { sector: string | null } } | null;
  profile: { id: string };
}

const keys = {
  billable: { by: 'billable: true', shown: 'billable', of: (row: Row) => row.billable },
  month: { by: 'workDate: MONTH', shown: 'month', of: (row: Row) => `${row.workDate.slice(0, 7)}-01` },
  quarter: {
    by: 'workDate: QUARTER',
    shown: 'quarter: workDate(by: QUARTER)',
    of: ({ workDate }: Row) => `2026-0${Number(workDate.slice(5, 7)) < 4 ? 1 : 4}-01`,
  },
  projectKeys: {
    by: 'project: { client: { sector: true } }',
    shown: 'projectKeys { clientKeys { sector } }',
    of: (row: Row) => ({ clientKeys: { sector: row.project?.client.sector ?? null } }),
  },
  profileKeys: { by: 'profile: { id: true }', shown: 'profileKeys { id }', of: ({ profile }: Row) => profile },
};
type KeyName = keyof typeof keys;

/** The measures of a group: how they are asked for, how `having` and `orderBy` name them, and their value. */
const hoursOf = (rows: readonly Row[]) => rows.map(({ hours }) => Number(hours));
const total = (rows: readonly Row[]) => hoursOf(rows).reduce((sum, each) => sum + each, 0);
/** Not a number where there is no row. */
const extreme = (of: (...values: number[]) => number, rows: readonly Row[]) =>
  rows.length ? of(...hoursOf(rows)) : Number.NaN;
const measures = {
  count: { shown: 'count', field: undefined, order: 'count: true', of: (rows: readonly Row[]) => rows.length },
  sum: { shown: 'sum(of: HOURS)', field: 'sum', order: 'sum: HOURS', of: total },
  avg: {
    shown: 'avg(of: HOURS)',
    field: 'avg',
    order: 'avg: HOURS',
    of: (rows: readonly Row[]) => total(rows) / rows.length,
  },
  min: {
    shown: 'min(of: HOURS)',
    field: 'min',
    order: 'min: HOURS',
    of: (rows: readonly Row[]) => extreme(Math.min, rows),
  },
  max: {
    shown: 'max(of: HOURS)',
    field: 'max',
    order: 'max: HOURS',
    of: (rows: readonly Row[]) => extreme(Math.max, rows),
  },
  days: {
    shown: 'days: countDistinct(of: WORK_DATE)',
    field: undefined,
    order: 'countDistinct: WORK_DATE',
    of: (rows: readonly Row[]) => new Set(rows.map(({ workDate }) => workDate)).size,
  },
  /** Hidden projects do not count. */
  projects: {
    shown: 'projects: countDistinct(of: PROJECT)',
    field: undefined,
    order: 'countDistinct: PROJECT',
    of: (rows: readonly Row[]) => new Set(rows.flatMap(({ project }) => project?.id ?? [])).size,
  },
};
type MeasureName = keyof typeof measures;
const measureNames = Object.keys(measures) as MeasureName[];

interface Question {
  names: KeyName[];
  shown: MeasureName[];
  above: { measure: 'sum' | 'avg' | 'min' | 'max' | 'projects'; bound: number };
  order: { measure: MeasureName; direction: 'ASC' | 'DESC' } | undefined;
  from: string;
  billable: boolean | undefined;
}

const questions: fc.Arbitrary<Question> = fc.record({
  names: fc.shuffledSubarray(Object.keys(keys) as KeyName[]),
  shown: fc.shuffledSubarray(measureNames, { minLength: 1 }),
  above: fc.record({
    measure: fc.constantFrom('sum', 'avg', 'min', 'max', 'projects'),
    bound: fc.integer({ min: -1, max: 12 }),
  }),
  order: fc.option(
    fc.record({ measure: fc.constantFrom(...measureNames), direction: fc.constantFrom('ASC', 'DESC') }),
    { nil: undefined },
  ),
  from: fc.constantFrom('2025-12-31', '2026-02-01', '2026-03-04', '2026-06-01'),
  billable: fc.option(fc.boolean(), { nil: undefined }),
});

function documentOf({ names, shown, above, order, from, billable }: Question): string {
  const by = names.map((name) => `{ ${keys[name].by} }`);
  const where = `{ workDate: { gte: "${from}" }${billable === undefined ? '' : `, billable: { eq: ${billable} }`} }`;
  const orderBy = order ? `, orderBy: [{ ${measures[order.measure].order}, direction: ${order.direction} }]` : '';
  const having =
    above.measure === 'projects'
      ? `countDistinct: { project: { gt: ${above.bound} } }`
      : `${above.measure}: { hours: { gt: "${above.bound}" } }`;
  const shownKeys = names.length ? `keys { ${names.map((name) => keys[name].shown)} }` : '';
  return `{ timeEntriesAggregate(
    by: [${by}], where: ${where}, having: { ${having} }${orderBy}
  ) { ${shownKeys} ${shown.map((name) => measures[name].shown).join(' ')} } }`;
}

/** The groups that the rows make, in no order but that of the measure. */
function expected(rows: readonly Row[], { names, shown, above, order, from, billable }: Question) {
  const matching = rows.filter((row) => row.workDate >= from && (billable === undefined || row.billable === billable));
  const groups = Map.groupBy(matching, (row) =>
    JSON.stringify(Object.fromEntries(names.map((name) => [name, keys[name].of(row)]))),
  );
  // Without keys there is one group, even of no rows
  if (!names.length && !matching.length) groups.set('{}', []);
  return [...groups].flatMap(([key, of]) => {
    if (!(measures[above.measure].of(of) > above.bound)) return [];
    const values = Object.fromEntries(shown.map((name) => [name, measures[name].of(of)]));
    return [
      { ...(names.length && { keys: JSON.parse(key) }), ...values, order: order && measures[order.measure].of(of) },
    ];
  });
}

/** Decimals as numbers, because the oracle divides in floating point. */
const rounded = (group: Record<string, unknown>, shown: readonly MeasureName[]) => ({
  ...group,
  ...Object.fromEntries(
    shown.map((name) => [name, group[name] === null ? null : Number(Number(group[name]).toFixed(9))]),
  ),
});

const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
/** `AGGREGATES=2000` checks that many for each role. */
const numRuns = Number(process.env.AGGREGATES ?? 40);

/** Roles that see the entries of others take more runs. */
const runsOf = (role: Role): number =>
  process.env.AGGREGATES || ['OWNER', 'MANAGER', 'CONSULTANT'].includes(role) ? numRuns : 8;

it.each(roles)(
  'equals an oracle over the rows of the %s, for random aggregates',
  {
    timeout: 60_000 + numRuns * 1_000,
  },
  async (role) => {
    const member = await acme.as(role);
    const { data: seen } = await answers(
      member,
      '{ timeEntries(first: 100) { nodes { hours billable workDate project { id client { sector } } profile { id } } } }',
    );
    const rows = (seen as { timeEntries: { nodes: Row[] } } | null | undefined)?.timeEntries.nodes;
    if (['OWNER', 'ADMIN', 'MANAGER', 'CONSULTANT'].includes(role)) expect(rows!.length).toBeGreaterThan(5);
    await fc.assert(
      fc.asyncProperty(questions, async (question) => {
        const { data, errors } = await answers(member, documentOf(question));
        // Whoever may not list the rows may not sum them up
        if (!rows) {
          expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
          return;
        }
        expect(errors).toBeUndefined();
        const found = data!.timeEntriesAggregate as Record<string, unknown>[];
        const groups = expected(rows, question);
        const shown = found.map((group) => rounded(group, question.shown));
        expect(sorted(shown)).toEqual(
          sorted(groups.map(({ order: _, ...group }) => rounded(group as Record<string, unknown>, question.shown))),
        );
        const { order } = question;
        if (!order || !question.shown.includes(order.measure)) return;
        const measured = shown.map((group) => (group as Record<string, number>)[order.measure]!);
        expect(measured).toEqual(measured.toSorted((a, b) => (order.direction === 'ASC' ? a - b : b - a)));
      }),
      { numRuns: runsOf(role), ...(process.env.SEED && { seed: Number(process.env.SEED) }) },
    );
  },
);

describe('the aggregate of a connection', () => {
  it('groups the rows on all pages, under each row and at the root, in one statement', async () => {
    const query = `{
      projects(first: 2, orderBy: [{ field: NAME, direction: ASC }]) {
        aggregate(groupBy: [{ client: { sector: true } }]) { keys { clientKeys { sector } } count }
        nodes {
          name
          timeEntries(first: 1, where: { workDate: { lte: "2026-04-30" } }) {
            totalCount
            aggregate(groupBy: MONTH, having: { sum: { hours: { gt: "2" } } }) { keys { month project { name } } sum count }
            whole: aggregate(orderBy: [{ count: true }]) { count max }
            nodes { workDate }
          }
        }
      }
    }`;
    const { data, statements } = await people.get('OWNER')!.graphql(query);
    expect(statements).toHaveLength(1);
    expect((await answers(people.get('OWNER')!, query)).data).toEqual(data);
    expect(data.projects.aggregate).toEqual(
      sectors
        .toSorted((a, b) => (a ?? 'Z').localeCompare(b ?? 'Z'))
        .map((sector) => ({
          keys: { clientKeys: { sector } },
          count: 1,
        })),
    );
    const [first] = data.projects.nodes;
    expect(first).toMatchObject({ name: 'Project 0', timeEntries: { whole: [{ count: 5, max: '6.25' }] } });
    expect(first.timeEntries.nodes).toHaveLength(1);
    expect(first.timeEntries.aggregate).toEqual([
      { keys: { month: '2026-02-01', project: null }, sum: '6.25', count: 1 },
      { keys: { month: '2026-03-01', project: null }, sum: '5.25', count: 1 },
      { keys: { month: '2026-04-01', project: null }, sum: '3.25', count: 1 },
    ]);
  });

  it('counts the rows of `totalCount`, for every list under every type and each role', async () => {
    const fields = Object.values(schema.getQueryType()!.getFields());
    const asked = fields.flatMap(({ name, type, args }) => {
      const connection = getNamedType(type);
      if (!isObjectType(connection) || !connection.getFields().aggregate || args.some(isRequiredArgument)) return [];
      const node = getNamedType(connection.getFields().nodes!.type) as GraphQLObjectType;
      const under = Object.values(node.getFields()).filter((field) => {
        const listed = getNamedType(field.type);
        return isObjectType(listed) && listed.getFields().aggregate && !field.args.some(isRequiredArgument);
      });
      const counted = '{ totalCount aggregate { count } nodes { id } }';
      const lists = under.map((field) => `${field.name}(first: 1) ${counted}`);
      return [`{ ${name}(first: 2) { totalCount aggregate { count } nodes { id ${lists.join(' ')} } } }`];
    });
    expect(asked.length).toBeGreaterThan(20);
    let counts = 0;
    for (const role of ['OWNER', 'CONSULTANT', 'CLIENT']) {
      for (const query of asked) {
        const { data } = await answers(people.get(role)!, query);
        JSON.stringify(data, (_key, value) => {
          if (value?.aggregate) {
            expect(value.aggregate).toEqual([{ count: value.totalCount }]);
            counts++;
          }
          return value;
        });
      }
    }
    expect(counts).toBeGreaterThan(150);
  });

  it('is computed over the tasks that a search finds', async () => {
    const owner = people.get('OWNER')!;
    const [project] = (await owner.ok('{ projects(first: 1) { nodes { id } } }')).projects.nodes;
    for (const name of ['Weld the frame', 'Weld the door', 'Paint the door'])
      await owner.ok('mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }', {
        input: { projectId: project.id, name },
      });
    const query =
      '{ searchTasks(query: "weld", first: 1) { aggregate(groupBy: [{ status: true }]) { keys { status } count } } }';
    expect((await answers(owner, query)).data).toEqual({
      searchTasks: { aggregate: [{ keys: { status: 'TODO' }, count: 2 }] },
    });
  });
});
