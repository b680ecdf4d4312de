import { beforeAll, describe, expect, it } from 'vitest';
import { type Member, world } from '../support/world.ts';
import { seedProject } from '../tasks/support.ts';
import { change, createEntry } from './support.ts';

const importEntries = `mutation ($input: ImportTimeEntriesInput!) {
  importTimeEntries(input: $input) {
    timeEntries { id hours source status }
    results { index id code field }
  }
}`;

describe('importing time', async () => {
  const server = await world();
  let manager: Member;
  let projectId: string;
  let entry: Record<string, unknown>;
  beforeAll(async () => {
    const company = await server.company();
    manager = await company.as('MANAGER');
    projectId = `Project:${await seedProject(company)}`;
    const { profileId } = await company.as('MEMBER');
    entry = { projectId, profileId: `Profile:${profileId}`, workDate: '2004-11-02', hours: '8' };
  });

  const run = (entries: object[], errorPolicy = 'REJECT_EVERYTHING') =>
    manager.graphql(importEntries, { input: { source: 'sip', entries, errorPolicy } });
  const count = async () => (await manager.ok('{ timeEntries { totalCount } }')).timeEntries.totalCount;

  it('marks imported entries, which are exempt from the length of a day', async () => {
    const { data } = await run([
      { ...entry, hours: '2100', status: 'VALIDATED', externalReference: 'one' },
      { ...entry, hours: '0.7', externalReference: 'two' },
    ]);
    expect(data.importTimeEntries.timeEntries).toMatchObject([
      { hours: '2100', source: 'import:sip', status: 'VALIDATED' },
      { hours: '0.7', source: 'import:sip', status: 'PENDING' },
    ]);
    const { id } = data.importTimeEntries.timeEntries[1];
    expect(await change(manager, 'updateTimeEntry', { id, hours: '0.8' })).toMatchObject({ hours: '0.8' });
    const ordinary = { projectId, profileId: entry.profileId, workDate: '2004-11-02', hours: '1' };
    expect((await manager.graphql(createEntry, { input: ordinary })).errors).toMatchObject([
      { extensions: { code: 'DAY_LIMIT' } },
    ]);
    expect((await manager.graphql(createEntry, { input: { ...ordinary, source: 'import:x' } })).errors).toMatchObject([
      { extensions: { code: 'BAD_INPUT', field: 'input.source' } },
    ]);
  });

  it('creates no duplicates when it is repeated', async () => {
    const entries = [{ ...entry, externalReference: 'three' }];
    const first = await run(entries);
    const before = await count();
    const second = await run(entries);
    expect(second.data.importTimeEntries.results).toEqual(first.data.importTimeEntries.results);
    expect(await count()).toBe(before);
  });

  it('keeps nothing, or all rows but the failed ones', async () => {
    const missing = 'Project:00000000-0000-7000-8000-000000000000';
    const entries = [
      { ...entry, externalReference: 'four' },
      { ...entry, projectId: missing },
      { ...entry, hours: '1.234' },
    ];
    const before = await count();
    const refused = await run(entries);
    expect(refused.errors).toMatchObject([
      { extensions: { code: 'NOT_FOUND', field: 'input.entries.1.projectId', failures: [{ index: 1 }, { index: 2 }] } },
    ]);
    expect(await count()).toBe(before);
    const kept = await run(entries, 'REJECT_FAILED_ROWS');
    expect(kept.data.importTimeEntries.results).toMatchObject([
      { index: 0, code: null },
      { index: 1, id: null, code: 'NOT_FOUND', field: 'input.entries.1.projectId' },
      { index: 2, id: null, code: 'BAD_INPUT', field: 'input.entries.2.hours' },
    ]);
    expect(await count()).toBe(before + 1);
  });

  it('needs import:run', async () => {
    const colleague = await manager.company.as('MEMBER');
    const { errors } = await colleague.graphql(importEntries, { input: { source: 'sip', entries: [entry] } });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
