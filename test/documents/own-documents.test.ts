import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { listAudit } from '../../src/fleet/organizations/list-audit.ts';
import { type Member, world } from '../support/world.ts';

const here = await world();
const company = await here.company();
const admin = await company.as('ADMIN');

const clients = 'query Clients { clients(first: 1) { totalCount } }';
const people = 'query People { profiles(first: 1) { totalCount } }';
const ofPeople = `sha256:${createHash('sha256').update(people).digest('hex')}`;
const documents = [
  { id: 'clients', text: clients },
  { id: ofPeople, text: people },
];

const register = `mutation ($input: RegisterDocumentsInput!) {
  registerDocuments(input: $input) {
    clientVersion { id client version state documentCount uses lastUsedAt retiredAt }
    added known refused { id code message }
  }
}`;
const registered = async (version: string, more: Record<string, unknown> = {}, by = admin) =>
  (await by.ok(register, { input: { client: 'site', version, documents, ...more } })).registerDocuments;

const versions = '{ clientVersions { id version state documentCount uses lastUsedAt } }';
const list = `query ($id: ID!, $first: Int, $after: String) {
  registeredDocuments(clientVersionId: $id, first: $first, after: $after) { documentId text operations uses lastUsedAt }
}`;
const retire =
  'mutation ($id: ID!) { retireClientVersion(input: { clientVersionId: $id }) { clientVersion { state } } }';

async function run(documentId: string, { headers }: Member) {
  const search = new URLSearchParams({ documentId });
  const response = await here.yoga.fetch(`http://localhost/graphql?${search}`, { headers });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  return errors?.[0]?.extensions.code ?? data;
}

const codeOf = async (who: Member, query: string, variables = {}, headers = {}) =>
  (await who.graphql(query, variables, headers)).errors[0]?.extensions.code;

describe('an administrator', () => {
  let id: string;
  beforeAll(async () => {
    const { clientVersion, ...rest } = await registered('1');
    expect(rest).toEqual({ added: ['clients', ofPeople], known: [], refused: [] });
    expect(clientVersion).toMatchObject({ client: 'site', version: '1', state: 'ACTIVE', documentCount: 2, uses: 0 });
    id = clientVersion.id;
  });

  it('registers documents that members of the organization can run, and nobody else', async () => {
    const member = await company.as('MEMBER');
    expect(await run('clients', member)).toMatchObject({ clients: { totalCount: 0 } });
    const stranger = await (await here.company('Other')).as('OWNER');
    expect(await run('clients', stranger)).toBe('PERSISTED_DOCUMENT_NOT_FOUND');
    expect((await stranger.ok(versions)).clientVersions).toEqual([]);
    for (const query of [list, retire]) expect(await codeOf(stranger, query, { id })).toBe('NOT_FOUND');
  });

  it('sees the last use of each version and document, in pages', async () => {
    const { clientVersion } = await registered('used', { documents: [{ id: 'used', text: `${people} # used` }] });
    await run('used', admin);
    await here.app.documentUse.flush();
    const [used] = (await admin.ok(versions)).clientVersions;
    expect(used).toMatchObject({ id: clientVersion.id, uses: 1, lastUsedAt: expect.any(String) });
    const [document] = (await admin.ok(list, { id: clientVersion.id })).registeredDocuments;
    expect(document).toMatchObject({ documentId: 'used', operations: ['People'], uses: 1 });
    const first = (await admin.ok(list, { id, first: 1 })).registeredDocuments;
    const rest = (await admin.ok(list, { id, after: first[0].documentId })).registeredDocuments;
    expect([...first, ...rest].map(({ documentId, text }) => ({ id: documentId, text }))).toEqual(documents);
    expect(await codeOf(admin, list, { id, first: 101 })).toBe('BAD_INPUT');
    expect(await codeOf(admin, list, { id, after: 'no id' })).toBe('BAD_INPUT');
  });

  it('registers all documents of a call or none, and learns why', async () => {
    const wrong = [...documents, { id: 'bad', text: '{ nothing }' }, { id: 'clients ', text: clients }];
    const { clientVersion, added, refused } = await registered('2', { documents: wrong });
    expect([clientVersion, added]).toEqual([null, []]);
    expect(refused).toMatchObject([
      { id: 'bad', code: 'GRAPHQL_VALIDATION_FAILED' },
      { id: 'clients ', code: 'BAD_INPUT' },
    ]);
    expect(await registered('2')).toMatchObject({ added: [], known: ['clients', ofPeople], refused: [] });
  });

  it('keeps a version pending until its last documents are registered', async () => {
    const later = [{ id: 'later', text: `${people} # later` }];
    const { clientVersion } = await registered('3', { pending: true, documents: later });
    expect(clientVersion.state).toBe('PENDING');
    expect(await run('later', admin)).toBe('PERSISTED_DOCUMENT_NOT_FOUND');
    expect((await registered('3')).clientVersion).toMatchObject({ state: 'ACTIVE', documentCount: 3 });
    expect(await run('later', admin)).toMatchObject({ profiles: {} });
  });

  it('retires a version, whose documents are refused then, once', async () => {
    const old = [{ id: 'old', text: `${people} # old` }];
    const { clientVersion } = await registered('0', { documents: old });
    const variables = { id: clientVersion.id };
    const answer = await admin.ok(retire, variables);
    expect(answer).toEqual({ retireClientVersion: { clientVersion: { state: 'RETIRED' } } });
    expect(await run('old', admin)).toBe('PERSISTED_DOCUMENT_RETIRED');
    expect(await codeOf(admin, retire, variables)).toBe('NOT_FOUND');
    expect(await registered('0', { documents: old })).toMatchObject({ clientVersion: { state: 'ACTIVE' } });
    expect(await run('old', admin)).toMatchObject({ profiles: {} });
  });

  it('registers and retires once with one Idempotency-Key, with an entry in the audit log each', async () => {
    const input = { client: 'site', version: 'keyed', documents };
    const ask = (query: string, variables: object, key: string) =>
      admin.graphql(query, { ...variables }, { 'idempotency-key': key });
    const [first, second] = [await ask(register, { input }, 'register'), await ask(register, { input }, 'register')];
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.data).toEqual(first.data);
    const variables = { id: first.data.registerDocuments.clientVersion.id };
    const retired = [await ask(retire, variables, 'retire'), await ask(retire, variables, 'retire')];
    expect(retired.map(({ errors }) => errors)).toEqual([[], []]);
    for (const action of ['documents.registered', 'client-version.retired']) {
      const { entries } = await listAudit(here.app.catalog, { action, limit: 1 });
      expect(entries[0]).toMatchObject({ organizationId: company.tenant.id, actorId: admin.user.id });
      expect(entries[0]!.metadata).toMatchObject({ client: 'site', version: 'keyed' });
    }
  });
});

describe('registering and reading documents', () => {
  const input = { client: 'site', version: 'key', documents };
  const create = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }';
  const keyOf = async (more: object) => {
    const given = { name: 'build', scopes: ['ORGANIZATION_MANAGE'], ...more };
    const { createApiKey } = await admin.ok(create, { input: given });
    return { authorization: `Bearer ${createApiKey.key}` };
  };

  it('is refused to other members', async () => {
    const manager = await company.as('MANAGER');
    const { clientVersion } = await registered('manager');
    expect(await codeOf(manager, register, { input })).toBe('FORBIDDEN');
    expect(await codeOf(manager, versions)).toBe('FORBIDDEN');
    for (const query of [list, retire])
      expect(await codeOf(manager, query, { id: clientVersion.id })).toBe('FORBIDDEN');
  });

  it('is open to the API key of a build, not to one that may run registered documents only', async () => {
    expect(await codeOf(admin, register, { input }, await keyOf({}))).toBeUndefined();
    await registered('tool', { documents: [{ id: 'register', text: register }] });
    const headers = { ...(await keyOf({ persistedOnly: true })), 'content-type': 'application/json' };
    const body = JSON.stringify({ documentId: 'register', variables: { input } });
    const answer = await here.yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body });
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  it('is bounded: 100 documents a call, which are neither too long nor of another form', async () => {
    const many = Array.from({ length: 101 }, (_, n) => ({ id: `n${n}`, text: clients }));
    expect(await codeOf(admin, register, { input: { ...input, documents: many } })).toBe('BAD_INPUT');
    expect(await codeOf(admin, register, { input: { ...input, documents: [] } })).toBe('BAD_INPUT');
    const long = [{ id: 'long', text: `{ ${'a'.repeat(200_001)} }` }];
    expect(await codeOf(admin, register, { input: { ...input, documents: long } })).toBe('BAD_INPUT');
    expect(await codeOf(admin, register, { input: { ...input, client: '' } })).toBe('BAD_INPUT');
  });
});
