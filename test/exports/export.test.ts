import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { like } from 'drizzle-orm';
import fc from 'fast-check';
import { getNamedType, isObjectType } from 'graphql';
import { afterAll, describe, expect, it } from 'vitest';
import { sha256Of } from '../../src/graphql/documents/document-id.ts';
import { uuidv7 } from '../../src/lib/ids.ts';
import { clients } from '../../src/modules/clients/tables.ts';
import { profiles } from '../../src/modules/people/tables.ts';
import { projects } from '../../src/modules/projects/tables.ts';
import { schema } from '../../src/schema.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { HttpServer } from '../../src/server/http.ts';
import { withAllModules } from '../support/all-modules.ts';
import { answerOf, open, requestText } from '../support/raw-http.ts';
import { type Member, world } from '../support/world.ts';
import { recordTime } from '../time/support.ts';

const here = await world({ env: { MAX_COMPLEXITY: '1000000', POOL_SIZE: '8' } });
const acme = await withAllModules(here, await here.company());
const owner = await acme.as('OWNER');
const { router } = buildGraphServer(here.app);
const http = await HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 1_000 });
afterAll(() => http.close());

const names = ['=1+1', 'Plain, "quoted"', '@home', 'Zoé\nline', '-7'];
const clientIds = names.map((_, place) => `0199${String(place).padStart(4, '0')}-0000-7000-8000-000000000000`);
await here.app.binding.write(acme.tenant, async (tx) => {
  await tx
    .insert(clients)
    .values(names.map((name, place) => ({ id: clientIds[place]!, name, sector: place ? 'Rail' : null })));
  await tx.insert(projects).values(
    clientIds.map((clientId, place) => ({
      id: clientId,
      clientId,
      name: `Project ${place}`,
      code: `P${place}`,
      startDate: '2026-01-01',
    })),
  );
});
for (let place = 0; place < 6; place++)
  await recordTime(owner, {
    projectId: `Project:${clientIds[place % 3]}`,
    workDate: `2026-0${1 + (place % 2)}-02`,
    hours: String(place + 0.5),
  });

interface Call {
  query?: string;
  variables?: object;
  search?: Record<string, string>;
  headers?: Record<string, string>;
  path?: string;
  /** Merged into the body. */
  body?: object;
}

function post(
  { query, variables, search = {}, headers = {}, path = '/export', body }: Call,
  by: Member | null = owner,
) {
  return fetch(`http://127.0.0.1:${http.port}${path}?${new URLSearchParams(search)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...by?.headers, ...headers },
    body: JSON.stringify({ query, variables, ...body }),
  });
}

async function lines(call: Call, by?: Member) {
  const response = await post({ search: { format: 'jsonl' }, ...call }, by);
  const body = await response.text();
  if (response.status !== 200) return { code: JSON.parse(body).errors[0].extensions.code };
  return body
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

async function refusal(call: Call, by: Member | null = owner) {
  const response = await post(call, by);
  const { errors } = (await response.json()) as { errors: { extensions: { code: string; field?: string } }[] };
  const { code, field } = errors[0]!.extensions;
  return [response.status, code, field];
}

/** The answer with its trailers, which fetch does not show. */
const withTrailers = (call: Call, by: Member = owner) =>
  new Promise<{ body: string; trailers: NodeJS.Dict<string> }>((resolve, reject) => {
    const path = `/export?${new URLSearchParams(call.search)}`;
    const headers = { 'content-type': 'application/json', ...by.headers };
    const sent = httpRequest({ host: '127.0.0.1', port: http.port, method: 'POST', path, headers }, (answer) =>
      text(answer).then((body) => resolve({ body, trailers: answer.trailers }), reject),
    );
    sent.end(JSON.stringify({ query: call.query, variables: call.variables }));
  });

describe('the rows of a list', () => {
  const query =
    '{ projects(first: 2, orderBy: [{ field: NAME, direction: ASC }]) { totalCount nodes { name client { name sector } startDate } } }';

  it('come as CSV with flat names, all pages, and no formulas', async () => {
    const response = await post({ query });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename="projects-\d{4}-\d\d-\d\d\.csv"$/,
    );
    expect(response.headers.get('x-request-id')).toBeTruthy();
    expect(await response.text()).toBe(
      [
        'name,client.name,client.sector,startDate',
        "Project 0,'=1+1,,2026-01-01",
        'Project 1,"Plain, ""quoted""",Rail,2026-01-01',
        "Project 2,'@home,Rail,2026-01-01",
        'Project 3,"Zoé\nline",Rail,2026-01-01',
        "Project 4,'-7,Rail,2026-01-01",
        '',
      ].join('\r\n'),
    );
  });

  it('hold no formula where spreadsheets split cells at semicolons', async () => {
    const texts = ['a;=1+1', 'b;"=1+1"', 'c\n-2', 'd;e - f; g', ';;@x'];
    const rows = texts.map((name, place) => ({ id: uuidv7(), name, sector: `semicolon ${place}` }));
    await here.app.binding.write(acme.tenant, (tx) => tx.insert(clients).values(rows));
    const listed = `{ clients(where: { sector: { startsWith: "semicolon" } }, orderBy: [{ field: CREATED_AT, direction: ASC }]) {
      nodes { name sector }
    } }`;
    expect(await lines({ query: listed })).toEqual(
      expect.arrayContaining(rows.map(({ name, sector }) => ({ name, sector }))),
    );
    const file = (await (await post({ query: listed })).text()).split('\r\n').slice(1, -1);
    const written = ['"a;\'=1+1"', '"b;""\'=1+1"""', '"c\n\'-2"', '"d;e - f; g"', '";;\'@x"'];
    expect(file.sort()).toEqual(written.map((text, place) => `${text},semicolon ${place}`).sort());
    await here.app.binding.write(acme.tenant, (tx) => tx.delete(clients).where(like(clients.sector, 'semicolon%')));
  });

  it('come as JSON Lines, with lists as values', async () => {
    const found = await lines({
      query:
        '{ clients(orderBy: [{ field: NAME, direction: DESC }]) { edges { cursor node { name projects { nodes { code } } } } } }',
    });
    const { clients: all } = await owner.ok(
      '{ clients(orderBy: [{ field: NAME, direction: DESC }]) { edges { cursor node { name projects { nodes { code } } } } } }',
    );
    expect(found).toEqual(all.edges.map(({ cursor, node }: { cursor: string; node: object }) => ({ cursor, ...node })));
  });

  it('continue after a cursor, which comes in a trailer', async () => {
    const paged = 'query ($after: String) { clients(after: $after) { nodes { id } } }';
    const found: string[] = [];
    for (let after: string | undefined; ; ) {
      const { body, trailers } = await withTrailers({
        query: paged,
        variables: { after },
        search: { limit: '2', format: 'jsonl' },
      });
      found.push(...body.split('\n').filter(Boolean));
      expect(Number(trailers['chantier-rows'])).toBe(body.split('\n').length - 1);
      if (trailers['chantier-last-cursor'] === '') break;
      after = trailers['chantier-last-cursor'];
    }
    expect(found).toEqual(((await lines({ query: paged })) as object[]).map((row) => JSON.stringify(row)));
    expect(found).toHaveLength(names.length);
  });

  it('come from one statement', async () => {
    const from = here.recorded.length;
    await (await post({ query })).text();
    const sent = here.recorded.slice(from).filter((sql) => /"projects"/.test(sql));
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatch(/^declare rows no scroll cursor for select/);
  });

  it('come by GET with the id of a registered document', async () => {
    const document = 'query ($name: String) { clients(where: { name: { eq: $name } }) { nodes { name } } }';
    const input = { client: 'sheet', version: '1', documents: [{ id: 'clients', text: document }] };
    await owner.ok('mutation ($input: RegisterDocumentsInput!) { registerDocuments(input: $input) { added } }', {
      input,
    });
    for (const documentId of ['clients', `sha256:${sha256Of(document)}`]) {
      const search = new URLSearchParams({ documentId, variables: JSON.stringify({ name: '@home' }), format: 'csv' });
      const response = await fetch(`http://127.0.0.1:${http.port}/export?${search}`, { headers: owner.headers });
      expect([response.status, await response.text()]).toEqual(
        documentId === 'clients' ? [200, "name\r\n'@home\r\n"] : [404, expect.stringContaining('PERSISTED_DOCUMENT')],
      );
    }
  });
});

describe('the groups of an aggregate', () => {
  const query = `query ($above: Decimal!) { timeEntriesAggregate(
    by: [{ project: { client: { id: true, sector: true } }, workDate: MONTH }]
    having: { sum: { hours: { gt: $above } } }
    orderBy: [{ sum: HOURS, direction: DESC }]
  ) { keys { projectKeys { client { name } clientKeys { sector } } month: workDate(by: MONTH) } hours: sum(of: HOURS) cursor } }`;

  it('are the rows that the graph shows, in the same order', async () => {
    const variables = { above: '1' };
    const { timeEntriesAggregate } = await owner.ok(query, variables);
    expect(timeEntriesAggregate.length).toBeGreaterThan(3);
    const found = (await lines({ query, variables })) as Record<string, unknown>[];
    expect(found).toEqual(
      // biome-ignore lint/suspicious/noExplicitAny: the answer of a test
      timeEntriesAggregate.map(({ keys, hours, cursor }: any) => ({
        'keys.projectKeys.client.name': keys.projectKeys.client.name,
        'keys.projectKeys.clientKeys.sector': keys.projectKeys.clientKeys.sector,
        'keys.month': keys.month,
        hours,
        cursor,
      })),
    );
    expect(await (await post({ query, variables })).text()).toMatch(
      /^keys\.projectKeys\.client\.name,keys\.projectKeys\.clientKeys\.sector,keys\.month,hours,cursor\r\n/,
    );
  });
});

describe('rows that the database writes', () => {
  // Not at the start of a cell alone: quotes, separators, line breaks, formulas, null and nothing
  const odd = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }).map((text) => text.toWellFormed().replaceAll('\0', '')),
    fc.array(fc.constantFrom(...'"\\,;\t\r\n =+-@＝éa1_.[{n', 'null'), { maxLength: 5 }).map((parts) => parts.join('')),
  );

  it('have no column of a row whose fields are all skipped', async () => {
    const of = 'name client { name @include(if: $no) } status';
    const query = `query ($no: Boolean = false) { projects { nodes { ${of} } } }`;
    const [head, first] = (await (await post({ query })).text()).split('\r\n');
    expect([head, first!.split(',').length]).toEqual(['name,status', 2]);
    const lines = await (await post({ query, search: { format: 'jsonl' } })).text();
    expect(Object.keys(JSON.parse(lines.split('\n')[0]!))).toEqual(['name', 'status']);
  });

  it.each(['csv', 'jsonl'])('are the same %s as those that the server writes', async (format) => {
    const company = await here.company();
    const analyst = await company.as('MANAGER');
    const names = fc.sample(odd, { numRuns: 300, seed: 7 });
    await here.app.binding.write(company.tenant, async (tx) => {
      const contacts = names.slice(0, 50).map((firstName) => ({ id: uuidv7(), firstName, lastName: 'x' }));
      await tx.insert(profiles).values(contacts);
      const made = names.map((name, place) => ({
        ...{ id: uuidv7(), name, sector: place % 3 ? names.at(-place)! : null, contactId: contacts[place]?.id ?? null },
      }));
      await tx.insert(clients).values(made);
      const list = made.map(({ id: clientId, name: description }, place) => ({
        ...{
          id: uuidv7(),
          clientId,
          description,
          name: `Project ${place}`,
          code: `C${place}`,
          startDate: '2026-01-01',
        },
      }));
      await tx.insert(projects).values(list);
    });
    const of = `id name description status startDate version archivedAt
      client { name sector contact { firstName manager { lastName } } }`;
    const exported = async (query: string) => (await post({ query, search: { format } }, analyst)).text();
    const flat = await exported(`{ projects { nodes { ${of} } } }`);
    const sent = here.recorded.findLast((sql) => sql.startsWith('declare rows'));
    expect(sent).toContain(format === 'csv' ? '\t' : '"client.contact.firstName":');
    // The server reads rows with a cursor, which no database writes
    const read = await exported(`{ projects { edges { node { ${of} } cursor } } }`);
    const withoutCursor = format === 'csv' ? /,[^,\r]*\r\n(?=Project:|$)/g : /,"cursor":"[^"]*"\}\n/g;
    const lineEnd = format === 'csv' ? '\r\n' : '}\n';
    expect(flat.length).toBeGreaterThan(300 * 50);
    expect(flat).toBe(read.replaceAll(withoutCursor, lineEnd));
  });
});

describe('every list and aggregate, for every role', () => {
  const fields = Object.values(schema.getQueryType()!.getFields());
  const queries = fields.flatMap((field) => {
    const { chantierList, chantierAggregate } = field.extensions;
    const type = getNamedType(field.type);
    if (!isObjectType(type) || field.args.some(({ type: of }) => String(of).endsWith('!'))) return [];
    if (chantierList) return [`{ ${field.name}(first: 100) { nodes { id } } }`];
    return chantierAggregate ? [`{ ${field.name} { count } }`] : [];
  });

  it.each(['OWNER', 'MANAGER', 'CONSULTANT', 'CLIENT'] as const)('gives the %s what the graph gives', async (role) => {
    const member = await acme.as(role);
    expect(queries.length).toBeGreaterThan(40);
    for (const query of queries) {
      const { data, errors } = await member.graphql(query);
      const [found] = Object.values((data ?? {}) as Record<string, { nodes: unknown[] } | unknown[]>);
      const expected = errors.length ? { code: errors[0]!.extensions.code } : 'nodes' in found! ? found.nodes : found;
      expect(await lines({ query }, member), query).toEqual(expected);
    }
  });
});

describe('refused', () => {
  const list = '{ clients { nodes { name } } }';

  it.each([
    ['nobody', { query: list }, null, [401, 'UNAUTHENTICATED', undefined]],
    [
      'an unknown field',
      { query: '{ clients { nodes { nothing } } }' },
      owner,
      [400, 'GRAPHQL_VALIDATION_FAILED', undefined],
    ],
    ['text that is no document', { query: '{' }, owner, [400, 'GRAPHQL_PARSE_FAILED', undefined]],
    [
      'a mutation',
      { query: 'mutation { startTimer(input: {}) { lastEventId } }' },
      owner,
      [400, 'GRAPHQL_VALIDATION_FAILED', undefined],
    ],
    [
      'a mutation that is valid',
      { query: 'mutation { signOut { success } }' },
      owner,
      [400, expect.any(String), undefined],
    ],
    [
      'two fields',
      { query: '{ clients { nodes { id } } tasks { nodes { id } } }' },
      owner,
      [400, 'BAD_INPUT', 'query'],
    ],
    ['one object', { query: '{ viewer { user { id } } }' }, owner, [400, 'BAD_INPUT', 'query']],
    ['no rows', { query: '{ clients { totalCount } }' }, owner, [400, 'BAD_INPUT', 'query']],
    ['reading backward', { query: '{ clients(last: 2) { nodes { id } } }' }, owner, [400, 'BAD_INPUT', 'query']],
    ['a cursor of nothing', { query: '{ clients(after: "x") { nodes { id } } }' }, owner, [400, 'BAD_CURSOR', 'after']],
    ['an unknown format', { query: list, search: { format: 'xls' } }, owner, [400, 'BAD_INPUT', 'input.format']],
    ['a limit of none', { query: list, search: { limit: '0' } }, owner, [400, 'BAD_INPUT', 'input.limit']],
    ['an unknown parameter', { query: list, body: { format: 'csv' } }, owner, [400, 'BAD_INPUT', 'format']],
    ['an unknown operation', { query: list, body: { operationName: 'X' } }, owner, [400, 'BAD_INPUT', 'operationName']],
    [
      'a variable of another type',
      { query: 'query ($f: Int) { clients(first: $f) { nodes { id } } }', variables: { f: 'x' } },
      owner,
      [400, 'BAD_INPUT', 'first'],
    ],
    [
      'a refresh cookie without the CSRF header',
      { query: list, headers: { cookie: 'chantier_refresh=x' } },
      owner,
      [403, 'CSRF_REQUIRED', undefined],
    ],
  ] as const)('%s', async (_, call, by, expected) => {
    expect(await refusal(call as Call, by)).toEqual(expected);
  });

  it('the token of another organization', async () => {
    const other = await here.company('Beta');
    const stranger = await other.as('OWNER');
    expect(await refusal({ query: list, path: `/t/${acme.tenant.slug}/export` }, stranger)).toEqual([
      403,
      'TENANT_MISMATCH',
      undefined,
    ]);
    expect(await lines({ query: list }, stranger)).toEqual([]);
    const query = `{ clients(where: { id: { eq: "Client:${clientIds[0]}" } }) { nodes { name } } }`;
    expect(await lines({ query }, stranger)).toEqual([]);
  });

  it('HTTP/1.0, in which a file that is cut off looks complete; exports go on', async () => {
    const body = JSON.stringify({ query: list });
    const content = { 'content-type': 'application/json', 'content-length': String(body.length) };
    for (let n = 0; n < 3; n++) {
      const socket = await open(
        http.port,
        requestText('POST /export', { ...owner.headers, ...content }, body).replace('HTTP/1.1', 'HTTP/1.0'),
      );
      const { status, body: text } = await answerOf(socket);
      expect([status, JSON.parse(text).errors[0].extensions]).toMatchObject([
        400,
        { code: 'BAD_INPUT', field: 'http' },
      ]);
    }
    expect(await lines({ query: list })).toHaveLength(names.length);
  });

  it('a field whose code reads the database, which holds no connection', async () => {
    const query = '{ profiles { nodes { leaveAccount { taken } } } }';
    expect(await refusal({ query })).toEqual([400, 'BAD_INPUT', 'query']);
    expect(here.app.pool.stats().busy).toBe(0);
  });

  it('two columns of one name', async () => {
    const query = '{ clients { edges { name: cursor node { name } } } }';
    expect(await refusal({ query })).toEqual([400, 'BAD_INPUT', 'query']);
  });

  it('a field without its permission', async () => {
    const query = '{ projectAssignmentsAggregate { sum(of: SALE_RATE) } }';
    expect((await refusal({ query }, await acme.as('CONSULTANT')))[1]).toBe('FORBIDDEN');
  });
});
