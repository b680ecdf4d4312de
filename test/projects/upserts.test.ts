import { beforeAll, describe, expect, it } from 'vitest';
import { settledLog } from '../events/support.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { createProfile, createProject } from './support.ts';

const results = 'results { index status id code field message }';
const upsertOf = (type: string, list: string) =>
  `mutation ($input: Upsert${type}Input!) { done: upsert${type}(input: $input) { ${list} { id version } ${results} lastEventId } }`;
const upsertClients = upsertOf('Clients', 'clients');
const upsertIncidents = upsertOf('Incidents', 'incidents');
const eventCount = '{ events { totalCount } }';
const failedRows = 'REJECT_FAILED_ROWS';

interface Done {
  results: Result[];
  clients: { version: number }[];
  statements: string[];
  lastEventId: string | null;
}

interface Result {
  index: number;
  status: string;
  id: string | null;
  code: string | null;
  field: string | null;
  message: string | null;
}

describe('an upsert', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;

  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
  });

  const upsert = async (rows: object[], document = upsertClients, member = manager) => {
    const { data, errors, statements } = await member.graphql(document, { input: { rows, errorPolicy: failedRows } });
    expect(errors).toEqual([]);
    return { ...data.done, statements } as Done;
  };
  const statusesOf = ({ results: all }: { results: Result[] }) => all.map(({ status }) => status);
  const events = async (): Promise<number> => {
    await settledLog(manager.company);
    return (await manager.ok(eventCount)).events.totalCount;
  };

  it('writes 500 rows of which 100 fail by the statements of one, and none of them again', async () => {
    const unknown = 'Profile:00000000-0000-7000-8000-000000000001';
    const rows = Array.from({ length: 500 }, (_, i) => ({
      externalReference: `many-${i}`,
      name: i % 10 === 0 ? '  ' : `Client ${i}`,
      sector: 'Trade',
      ...(i % 10 === 1 && { contactId: unknown }),
    }));
    const one = await upsert([{ externalReference: 'one', name: 'One' }]);
    const before = await events();
    const first = await upsert(rows);
    expect(first.statements.length).toBe(one.statements.length);
    expect(Object.groupBy(first.results, ({ status, code }) => `${status} ${code}`)).toMatchObject({
      'CREATED null': expect.objectContaining({ length: 400 }),
      'FAILED BAD_INPUT': expect.objectContaining({ length: 50 }),
      'FAILED NOT_FOUND': expect.objectContaining({ length: 50 }),
    });
    expect(first.results.slice(0, 3)).toMatchObject([
      { index: 0, code: 'BAD_INPUT', field: 'input.rows.0.name', message: 'name: needs a character that can be seen' },
      { index: 1, code: 'NOT_FOUND', field: 'input.rows.1.contactId', message: 'Profile not found' },
      { index: 2, status: 'CREATED', code: null, field: null, message: null },
    ]);
    expect(await events()).toBe(before + 400);

    const again = await upsert(rows);
    expect(statusesOf(again).filter((status) => status === 'UNCHANGED').length).toBe(400);
    expect(again.lastEventId).toBeNull();
    expect(again.statements.some((text) => /^\s*(insert|update)/i.test(text))).toBe(false);
    expect(await events()).toBe(before + 400);
    expect(again.clients.map(({ version }) => version)).toEqual(Array(400).fill(1));
  });

  it('changes what differs, clears by null, and keeps what is absent', async () => {
    const row = { externalReference: 'diff', name: 'A', sector: 'S', mainContact: 'M' };
    const [created] = (await upsert([row])).results;
    const changed = await upsert([{ externalReference: 'diff', name: 'B', sector: null }]);
    expect(changed.results).toMatchObject([{ status: 'UPDATED', id: created!.id }]);
    const read = `query ($id: ID!) { node(id: $id) { ... on Client { name sector mainContact version } } }`;
    const { node } = await manager.ok(read, { id: created!.id });
    expect(node).toEqual({ name: 'B', sector: null, mainContact: 'M', version: 2 });
  });

  it('tells a stale version, a version of nothing, a double row and an absent name, each by its row', async () => {
    await upsert([{ externalReference: 'stale', name: 'Stale' }]);
    const { results: told } = await upsert([
      { externalReference: 'stale', name: 'Other', expectedVersion: 9 },
      { externalReference: 'nothing', name: 'Nothing', expectedVersion: 1 },
      { externalReference: 'nothing', name: 'Twice' },
      { externalReference: 'nameless' },
      { externalReference: ' ', name: 'Blank' },
    ]);
    expect(told.map(({ code, field, message }) => [code, field, message])).toEqual([
      ['STALE_VERSION', 'input.rows.0.expectedVersion', 'This Client has changed since you read it'],
      ['NOT_FOUND', 'input.rows.1.externalReference', 'Client not found'],
      ['BAD_INPUT', 'input.rows.2.externalReference', 'row 1 has the same reference'],
      ['BAD_INPUT', 'input.rows.3.name', 'name: is required'],
      ['BAD_INPUT', 'input.rows.4.externalReference', 'externalReference: must not be empty'],
    ]);
  });

  it('keeps nothing under REJECT_EVERYTHING if a row fails', async () => {
    const rows = [{ externalReference: 'all-1', name: 'Good' }, { externalReference: 'all-2' }];
    const { errors } = await manager.graphql(upsertClients, { input: { rows } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', field: 'input.rows.1.name' } }]);
    const { clients } = await manager.ok('{ clients(where: { externalReference: { eq: "all-1" } }) { totalCount } }');
    expect(clients.totalCount).toBe(0);
  });

  it('holds permissions and row rules for each row, as single mutations do', async () => {
    const projectId = await createProject(manager);
    const member = await company.as('MEMBER');
    const row = { externalReference: 'fire', projectId, title: 'Fire' };
    expect(statusesOf(await upsert([row], upsertIncidents))).toEqual(['CREATED']);
    const { results: told } = await upsert(
      [
        { externalReference: 'own', projectId, title: 'Own' },
        { externalReference: 'fire', title: 'Taken over' },
      ],
      upsertIncidents,
      member,
    );
    expect(told).toMatchObject([{ status: 'CREATED' }, { status: 'FAILED', code: 'FORBIDDEN' }]);
    const { errors } = await member.graphql(upsertClients, {
      input: { rows: [{ externalReference: 'x', name: 'X' }] },
    });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('refuses another value of what a row keeps, and accepts the same one', async () => {
    const [projectId, other] = [await createProject(manager), await createProject(manager)];
    const row = { externalReference: 'kept', title: 'Kept' };
    await upsert([{ ...row, projectId }], upsertIncidents);
    expect(statusesOf(await upsert([{ ...row, projectId }], upsertIncidents))).toEqual(['UNCHANGED']);
    expect((await upsert([{ ...row, projectId: other }], upsertIncidents)).results).toMatchObject([
      { code: 'BAD_INPUT', field: 'input.rows.0.projectId', message: 'cannot be changed once it is set' },
    ]);
  });

  it('runs rows whose hooks read in order, each seeing those before it', async () => {
    const projectId = await createProject(manager);
    const profileId = await createProfile(manager);
    const other = await createProfile(manager);
    const share = { projectId, profileId, allocationPercent: 60 };
    const rows = [
      { ...share, externalReference: 'share-1' },
      { ...share, externalReference: 'share-2' },
      { ...share, externalReference: 'share-3', profileId: other },
    ];
    const { results: told } = await upsert(rows, upsertOf('ProjectAssignments', 'projectAssignments'));
    expect(told.map(({ status, code }) => [status, code])).toEqual([
      ['CREATED', null],
      ['FAILED', 'OVERBOOKED'],
      ['CREATED', null],
    ]);
  });

  it('brings tasks up to date on their boards, also to another column', async () => {
    const projectId = await createProject(manager);
    const upsertTasks = upsertOf('Tasks', 'tasks');
    const rows = ['a', 'b'].map((key) => ({ externalReference: `task-${key}`, projectId, name: key, status: 'TODO' }));
    expect(statusesOf(await upsert(rows, upsertTasks))).toEqual(['CREATED', 'CREATED']);
    const again = await upsert([rows[0]!, { ...rows[1]!, status: 'IN_PROGRESS' }], upsertTasks);
    expect(statusesOf(again)).toEqual(['UNCHANGED', 'UPDATED']);
  });

  it('records time by the statements of one, counting the rows before', async () => {
    const projectId = await createProject(manager);
    const upsertTime = upsertOf('TimeEntries', 'timeEntries');
    const day = { projectId, workDate: '2026-03-03' };
    const one = await upsert([{ ...day, externalReference: 'time', hours: '1' }], upsertTime);
    const rows = [10, 9, 8, 4].map((hours, i) => ({ ...day, externalReference: `time-${i}`, hours: `${hours}` }));
    const all = await upsert(rows, upsertTime);
    expect(all.results.map(({ status, code }) => [status, code])).toEqual([
      ['CREATED', null],
      ['CREATED', null],
      ['FAILED', 'DAY_LIMIT'],
      ['CREATED', null],
    ]);
    expect(all.statements.length).toBe(one.statements.length);
    const fewer = rows.filter((_, i) => i !== 2).map((row, i) => (i === 0 ? { ...row, hours: '9.5' } : row));
    expect(statusesOf(await upsert(fewer, upsertTime))).toEqual(['UPDATED', 'UNCHANGED', 'UNCHANGED']);
  });

  it('deletes by the external reference', async () => {
    await upsert([{ externalReference: 'gone', name: 'Gone' }]);
    await manager.ok('mutation { deleteClient(input: { id: "Client:ref:gone" }) { deletedId } }');
    expect(statusesOf(await upsert([{ externalReference: 'gone', name: 'Back' }]))).toEqual(['CREATED']);
  });
});
