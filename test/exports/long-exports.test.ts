import { desc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { uuidv7 } from '../../src/lib/ids.ts';
import type { Logger } from '../../src/lib/logger.ts';
import { clients } from '../../src/modules/clients/tables.ts';
import { buildGraphServer } from '../../src/serve.ts';
import { HttpServer } from '../../src/server/http.ts';
import { auditLogs } from '../../src/tenancy/tables.ts';
import { Backends } from '../support/backends.ts';
import { world } from '../support/world.ts';

const logged: string[] = [];
const keep = (...line: unknown[]): void => void logged.push(JSON.stringify(line));
const logger = { debug: () => {}, info: () => {}, warn: keep, error: keep, child: () => logger } as Logger;
const here = await world({ env: { POOL_SIZE: '8' }, logger });
const acme = await here.company();
const owner = await acme.as('OWNER');
const { router } = buildGraphServer(here.app);
const http = await HttpServer.listen({ router, host: '127.0.0.1', port: 0, graceMs: 1_000 });
afterAll(() => http.close());

await here.app.binding.write(acme.tenant, async (tx) => {
  await tx.insert(clients).values({ id: uuidv7(), name: '@home' });
});

/** How many rows an export as JSON Lines has, or the code of its refusal. */
async function rowsOf(query: string, search: Record<string, string> = {}) {
  const address = `http://127.0.0.1:${http.port}/export?${new URLSearchParams({ format: 'jsonl', ...search })}`;
  const headers = { 'content-type': 'application/json', ...owner.headers };
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { status } = response;
  const body = await response.text();
  if (status !== 200) return { status, code: JSON.parse(body).errors[0].extensions.code };
  return { status, rows: body.split('\n').filter(Boolean).length };
}

describe('a long export', () => {
  const many = 60_000;
  const query = '{ clients(where: { name: { startsWith: "Many" } }) { nodes { name sector } } }';
  const one = '{ clients(where: { name: { eq: "@home" } }) { nodes { name } } }';
  const busy = () => here.app.pool.stats().busy;
  const begun = async (signal?: AbortSignal, by = owner) => {
    const response = await fetch(`http://127.0.0.1:${http.port}/export`, {
      method: 'POST',
      ...(signal && { signal }),
      headers: { 'content-type': 'application/json', ...by.headers },
      body: JSON.stringify({ query }),
    });
    const reader = response.body!.getReader();
    await reader.read();
    expect(busy()).toBe(1);
    return reader;
  };

  beforeAll(() =>
    here.app.binding.write(acme.tenant, (tx) =>
      tx.execute(
        sql`insert into clients (id, name) select gen_random_uuid(), 'Many ' || n || repeat('x', 180) from generate_series(1, ${many}::int) n`,
      ),
    ),
  );

  it('shows one snapshot, whatever changes meanwhile', async () => {
    const reader = await begun();
    await here.app.binding.write(acme.tenant, (tx) =>
      tx.execute(sql`update clients set sector = 'Changed' where name like 'Many%'`),
    );
    let rest = '';
    for (let next = await reader.read(); !next.done; next = await reader.read()) rest += Buffer.from(next.value);
    expect(rest.length).toBeGreaterThan(many * 180);
    expect(rest).not.toContain('Changed');
    await vi.waitFor(() => expect(busy()).toBe(0));
  });

  it('gives back its connection when the client goes away, which is no error', async () => {
    const gone = new AbortController();
    await begun(gone.signal);
    expect(await rowsOf(one)).toEqual({ status: 429, code: 'RATE_LIMITED' });
    const before = logged.length;
    gone.abort();
    await vi.waitFor(() => expect(here.app.pool.stats()).toMatchObject({ busy: 0, quarantined: 0 }));
    expect(await rowsOf(one)).toEqual({ status: 200, rows: 1 });
    expect(logged.slice(before)).toEqual([]);
  });

  it('is cut within five seconds when its sender is no member any more, and the audit log says so', async () => {
    const leaver = await acme.member('MANAGER');
    const reader = await begun(undefined, leaver);
    const { members } = await owner.ok('{ members(first: 100) { nodes { id user { id } } } }');
    const { id } = members.nodes.find(({ user }: { user: { id: string } }) => user.id.endsWith(leaver.user.id));
    await owner.ok(`mutation { removeMember(input: { memberId: "${id}" }) { memberId } }`);
    await vi.waitFor(() => expect(busy()).toBe(0), 5_000);
    const rest = (async () => {
      while (!(await reader.read()).done);
    })();
    await expect(rest).rejects.toThrow('terminated');
    await vi.waitFor(async () => {
      const entries = await here.app.catalog.read((db) =>
        db.select().from(auditLogs).where(eq(auditLogs.actorId, leaver.user.id)).orderBy(desc(auditLogs.id)).limit(2),
      );
      expect(entries).toMatchObject([
        { action: 'export.ended', outcome: 'FAILURE', metadata: { format: 'csv', rows: expect.any(Number) } },
        { action: 'export.started', outcome: 'SUCCESS', organizationId: acme.tenant.id },
      ]);
    });
    expect(logged.join()).toContain('an export was cut off');
  });

  it('with a limit reads no more rows than that', async () => {
    const from = here.recorded.length;
    expect(await rowsOf(query, { limit: '25' })).toEqual({ status: 200, rows: 25 });
    const fetched = here.recorded.slice(from).filter((sql) => sql.startsWith('fetch'));
    expect(fetched).toEqual(['fetch 20 from rows', 'fetch 5 from rows']);
  });

  it('cuts the connection when the database fails, so that it does not look complete', async () => {
    const reader = await begun();
    await using backends = new Backends(here.databaseUrl);
    expect(await backends.kill()).toBeGreaterThan(0);
    const rest = (async () => {
      while (!(await reader.read()).done);
    })();
    await expect(rest).rejects.toThrow('terminated');
    await vi.waitFor(() => expect(busy()).toBe(0));
    expect(await rowsOf(one)).toEqual({ status: 200, rows: 1 });
  });
});
