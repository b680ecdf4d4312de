import { getNamedType, isLeafType, isListType, isNonNullType } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/schema.ts';
import { withFinance } from '../finance/support.ts';
import { type Company, world } from '../support/world.ts';

const rootFields = Object.values(schema.getQueryType()!.getFields());

/** Root fields that give many objects, beside `nodes`, which answers null for each object that is hidden. */
const lists = rootFields.filter(({ name, type }) => {
  const outer = isNonNullType(type) ? type.ofType : type;
  return name !== 'nodes' && (isListType(outer) || getNamedType(type).name.endsWith('Connection'));
});

const scopesOf = (extensions: object) =>
  ((extensions as { pothosOptions?: { authScopes?: object } }).pothosOptions?.authScopes ?? {}) as object;

const selections: Record<string, string> = {
  events: '{ totalCount }',
  timeEntriesAggregate: '{ sum }',
  search: '{ nodes { id } }',
};

/** Lists with their aggregates, which are refused to the same viewers. */
const withAggregates = (names: readonly string[]): string[] =>
  names.flatMap((name) => lists.flatMap((list) => ([name, `${name}Aggregate`].includes(list.name) ? [list.name] : [])));
const samples: Record<string, string> = {
  query: '"word"',
  from: '"2026-01-05"',
  to: '"2026-01-06"',
  clientVersionId: '"ClientVersion:01900000-0000-7000-8000-000000000000"',
};
const register = `mutation { registerDocuments(input: {
  client: "site", version: "1", documents: [{ id: "one", text: "{ viewer { role } }" }]
}) { clientVersion { id } } }`;

/** A document that asks one list for little. */
function documentOf({ name, type, args }: (typeof lists)[number]): string {
  const required = args.filter((arg) => isNonNullType(arg.type)).map((arg) => `${arg.name}: ${samples[arg.name]}`);
  const isPage = getNamedType(type).name.endsWith('Connection');
  const selection = selections[name] ?? (isPage ? '{ totalCount }' : '{ __typename }');
  return `{ ${name}${required.length ? `(${required})` : ''} ${isLeafType(getNamedType(type)) ? '' : selection} }`;
}

describe('a list of which a viewer may see no row', async () => {
  const server = await world();
  let company: Company;
  beforeAll(async () => {
    company = await withFinance(server, await server.company());
  });

  /** The lists that are refused. All others are answered, without any error. */
  async function refused(headers: Record<string, string>): Promise<string[]> {
    const names: string[] = [];
    for (const list of lists) {
      const { errors, statements } = await server.graphql(documentOf(list), {}, headers);
      if (errors.length === 0) continue;
      expect(errors).toMatchObject([{ path: [list.name], extensions: { code: 'FORBIDDEN' } }]);
      expect(statements).toEqual([]);
      names.push(list.name);
    }
    return names.sort();
  }

  it('is FORBIDDEN by its declaration, which names its table or a permission', () => {
    expect(lists.length).toBeGreaterThan(15);
    const open = lists.filter(({ extensions }) => {
      const scopes = scopesOf(extensions);
      return !('reads' in scopes || 'permission' in scopes);
    });
    // `search` leaves out, or refuses by name, each type that the viewer may not read
    expect(open.map(({ name }) => name)).toEqual(['search']);
  });

  it('is FORBIDDEN to a CLIENT', async () => {
    const ofOrganization = [
      'webhooks',
      'webhookDeliveries',
      'apiKeys',
      'clientVersions',
      'registeredDocuments',
      'codeFormats',
      'invitations',
      'joinCodes',
      'members',
    ];
    const ofStaff = ['events', 'incidents', 'missingDays', 'runningTimers', 'timeEntries', 'trash'];
    const leave = ['leaveBalances', 'leaveRequests', 'leaveTypes', 'whoIsAway'];
    const daily = ['calendarHolidays', 'timesheets', 'workCalendars', ...leave];
    const money = ['expenses', 'invoiceSeries', 'payments', 'projectBudgets', 'purchaseOrders'];
    const ofAnalysts = ['savedOperations'];
    const lists = withAggregates([...ofOrganization, ...ofStaff, ...daily, ...money, ...ofAnalysts]).sort();
    expect(await refused((await company.as('CLIENT')).headers)).toEqual(lists);
  });

  it('is FORBIDDEN to an API key without its scope', async () => {
    const { createApiKey } = await (await company.as('OWNER')).ok(
      'mutation { createApiKey(input: { name: "tasks", scopes: [TASK_READ] }) { key } }',
    );
    const leave = ['leaveBalances', 'leaveRequests', 'whoIsAway'];
    const reports = ['activityReports', 'activityReportLines'];
    const ofPerson = [...leave, ...reports, 'missingDays', 'runningTimers', 'timesheets', 'timeEntries'];
    const open = withAggregates(['labels', 'profiles', 'search', 'searchTasks', 'taskMembers', 'tasks', ...ofPerson]);
    const others = lists.map(({ name }) => name).filter((name) => !open.includes(name));
    expect(await refused({ authorization: `Bearer ${createApiKey.key}` })).toEqual(others.sort());
  });

  it('is answered to an OWNER', async () => {
    const { registerDocuments } = await (await company.as('OWNER')).ok(register);
    samples.clientVersionId = `"${registerDocuments.clientVersion.id}"`;
    expect(await refused((await company.as('OWNER')).headers)).toEqual([]);
  });
});
