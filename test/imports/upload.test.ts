import { gzipSync } from 'node:zlib';
import { eq, like } from 'drizzle-orm';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { events } from '../../src/modules/events/tables.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { HttpServer } from '../../src/server/http.ts';
import { auditLogs } from '../../src/tenancy/tables.ts';
import { world } from '../support/world.ts';
import { read } from './support.ts';

const server = await world();
const company = await server.company();
const admin = await company.as('ADMIN');
const { router } = buildGraphServer(server.app);
const http = await HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 1_000 });
afterAll(() => http.close());

const toggl = `User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags
Ada,ada@example.test,East,Atlas,,Reading,Yes,2026-03-02,09:00:00,2026-03-02,10:00:00,01:00:00,
Ada,ada@example.test,East,Atlas,,Writing,Yes,2026-03-02,10:00:00,2026-03-02,11:30:00,01:30:00,
`;

interface Call {
  query?: Record<string, string>;
  kind?: string;
  body?: string | Buffer;
  token?: string;
  organization?: string;
  type?: string;
}

async function upload({
  query = { mapping: 'toggl' },
  kind = 'time',
  body = toggl,
  token,
  organization,
  type,
}: Call = {}) {
  const path = `/api/organizations/${organization ?? company.tenant.id}/imports/${kind}`;
  const response = await fetch(`http://127.0.0.1:${http.port}${path}?${new URLSearchParams(query)}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token ?? admin.session.accessToken}`,
      'content-type': type ?? 'application/octet-stream',
    },
    body: new Uint8Array(Buffer.from(body)),
  });
  const lines = (await response.text()).trim().split('\n');
  return { status: response.status, lines: lines.map((line) => JSON.parse(line)) };
}

describe('an import over HTTP', () => {
  it('previews the first rows, then imports, and changes nothing when sent again', async () => {
    const preview = await upload({ query: { mapping: 'toggl', preview: '1' } });
    expect(preview.lines[0].data).toMatchObject({ rows: 1, changes: { created: { TimeEntry: 1 } } });
    const first = await upload({ query: { mapping: 'toggl', fileName: 'march.csv' } });
    expect(first.status).toBe(200);
    expect(first.lines.at(-1)).toMatchObject({
      success: true,
      data: { rows: 2, skippedCount: 0, changes: { created: { TimeEntry: 2, Project: 1, Client: 1, Profile: 1 } } },
    });
    expect(first.lines[0]).toEqual({ progress: { rows: expect.any(Number), share: expect.any(Number) } });
    const again = await upload({ body: gzipSync(toggl), type: 'application/gzip' });
    expect(again.lines.at(-1).data.changes).toEqual({ created: {}, updated: {}, deleted: {} });
  });

  it('is in the event log with its sender', async () => {
    const logged = await read(company, (db) => db.select().from(events).where(like(events.action, 'import.%')));
    expect(logged.map(({ action, actorId }) => [action, actorId])).toEqual([
      ['import.batchWritten', admin.profileId],
      ['import.finished', admin.profileId],
    ]);
    expect(logged[1]!.metadata).toMatchObject({ fileName: 'march.csv', source: 'toggl' });
  });

  it('accepts the text of a mapping, and lists invalid rows', async () => {
    const mapping = `
name: own
file: { format: csv }
project: { reference: 'own:{P}', name: '{P}' }
task: { reference: 'own:task:{Id}', name: '{Name}' }
`;
    const body = 'Id,Name,P\n1,Paint,North\n2,,North\n';
    const stopped = await upload({ kind: 'tasks', body, query: { mapping } });
    expect(stopped.lines.at(-1)).toMatchObject({ success: false, error: { code: 'BAD_INPUT', line: 3 } });
    const skipped = await upload({ kind: 'tasks', body, query: { mapping, onError: 'skip' } });
    expect(skipped.lines.at(-1).data).toMatchObject({
      rows: 2,
      skippedCount: 1,
      skipped: [{ line: 3, reason: 'task.name: no value' }],
      changes: { created: { Task: 1 } },
    });
  });

  it('resumes after the last complete batch when it is sent again', async () => {
    const mapping = `
name: long
file: { format: csv }
project: { reference: 'long:{P}', name: '{P}' }
task: { reference: 'long:task:{Id}', name: '{Name}' }
`;
    const rows = Array.from({ length: 250 }, (_, index) => `${index},Task ${index},Long`);
    const body = ['Id,Name,P', ...rows, '250,,Long'].join('\n');
    const stopped = await upload({ kind: 'tasks', body, query: { mapping } });
    expect(stopped.lines.at(-1).error).toMatchObject({ code: 'BAD_INPUT', line: 252 });
    const again = await upload({ kind: 'tasks', body, query: { mapping, onError: 'skip' } });
    expect(again.lines.at(-1).data).toMatchObject({
      ...{ rows: 251, resumedAt: 200, skippedCount: 1 },
      changes: { created: { Project: 1, Task: 250 } },
    });
  });

  it('does not validate the sender’s own time', async () => {
    const mapping = `
name: own-time
file: { format: csv }
project: { reference: 'own-time:p', name: Own time }
person: { reference: 'own-time:{person}', firstName: Ad, email: '{person}' }
time: { reference: 'own-time:{Id}', person: '{Who}', day: '{Day}', hours: '1', status: VALIDATED }
`;
    const body = `Id,Who,Day\n1,${admin.user.email},2026-03-02\n2,other@example.test,2026-03-02\n`;
    const { lines } = await upload({ body, query: { mapping, onError: 'skip' } });
    expect(lines.at(-1).data).toMatchObject({
      skipped: [{ line: 2, reason: 'time.status: your own time must be validated by somebody else' }],
      changes: { created: { TimeEntry: 1 } },
    });
  });

  it('lists the shipped mappings', async () => {
    const response = await fetch(`http://127.0.0.1:${http.port}/api/organizations/${company.tenant.id}/imports`, {
      headers: { authorization: `Bearer ${admin.session.accessToken}` },
    });
    expect((await response.json()).data.mappings).toContain('jira');
  });
});

describe('an import over HTTP is refused', () => {
  it('to members without permission, which is audited', async () => {
    const member = await company.as('MEMBER');
    const { status, lines } = await upload({ token: member.session.accessToken });
    expect([status, lines[0].error.code]).toEqual([403, 'FORBIDDEN']);
    const refusals = () =>
      server.app.catalog.read((db) =>
        db.select().from(auditLogs).where(eq(auditLogs.organizationId, company.tenant.id)),
      );
    const isAudited = async () => (await refusals()).some(({ action }) => action === 'administration.refused');
    await vi.waitUntil(isAudited, { timeout: 30_000 });
  });

  it('into another organization, as if it did not exist', async () => {
    const other = await server.company();
    const { status, lines } = await upload({ organization: other.tenant.id });
    expect([status, lines[0].error.code]).toEqual([404, 'NOT_FOUND']);
  });

  it.each<[string, Call, string]>([
    ['an unknown kind', { kind: 'invoices' }, 'kind'],
    ['an unknown mapping', { query: { mapping: 'none' } }, 'mapping'],
    ['a mapping of several files', { kind: 'messages', query: { mapping: 'slack' } }, 'mapping'],
    ['a mapping that is none', { query: { mapping: 'name: [' } }, 'map'],
    ['no mapping', { query: {} }, 'input.mapping'],
    ['a broken body', { body: gzipSync(toggl).subarray(0, 30) }, 'body'],
  ])('for %s', async (_, call, field) => {
    const { status, lines } = await upload(call);
    expect([status, lines[0].error.code, lines[0].error.field]).toEqual([400, 'BAD_INPUT', field]);
  });

  it('for a file in another format, without revealing a path of the server', async () => {
    for (const body of ['{"a":1}', '', 'PK\u0003\u0004']) {
      const { lines } = await upload({ body });
      expect(lines.at(-1)).toMatchObject({ success: false, error: { code: 'BAD_INPUT' } });
      expect(JSON.stringify(lines)).not.toContain('chantier-upload');
    }
  });
});
