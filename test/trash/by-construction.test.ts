import { beforeAll, describe, expect, it } from 'vitest';
import { trashTypes } from '../../src/modules/events/trash-types.ts';
import '../../src/schema.ts';
import { createClient } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { dump, type Filled, fillProject } from './support.ts';

const types = [...trashTypes().keys()];

/** An object of each type that goes to the trash, with all that can go with it. */
const samples: Readonly<Record<string, (owner: Member, filled: Filled) => string | Promise<string>>> = {
  Client: (owner) => createClient(owner, { name: 'Gone', mainContact: 'Ann', sector: 'Mining' }),
  Project: (_owner, { projectId }) => projectId,
  Task: (_owner, { taskId }) => taskId,
  Label: (_owner, { labelId }) => labelId,
  Milestone: (_owner, { milestoneId }) => milestoneId,
};

it('is tried with every type that has one', () => {
  expect(types.length).toBeGreaterThan(3);
  expect(types.filter((type) => !samples[type])).toEqual([]);
});

describe.each(types)('a deleted %s', async (type) => {
  const server = await world();
  let company: Company;
  let owner: Member;
  let client: Member;
  let id: string;
  let before: Map<string, string[]>;
  beforeAll(async () => {
    company = await server.company();
    owner = await company.as('OWNER');
    const member = await company.as('MEMBER');
    client = await company.as('CLIENT');
    await fillProject(owner, member);
    id = await samples[type]!(owner, await fillProject(owner, member));
    before = await dump(company);
    expect(await run(owner, `delete${type}`, { id }, 'deletedId')).toEqual({ deletedId: id });
  });

  const rowsWith = (tables: Map<string, string[]>) => {
    const uuid = id.slice(id.indexOf(':') + 1);
    return [...tables].flatMap(([name, rows]) => (rows.some((row) => row.includes(uuid)) ? [name] : []));
  };

  it('is in no row that anything but the trash and the log reads', async () => {
    expect(rowsWith(before)).not.toEqual([]);
    expect(rowsWith(await dump(company))).toEqual([]);
    const { data } = await owner.graphql('query ($id: ID!) { node(id: $id) { id } }', { id });
    expect(data?.node).toBeNull();
  });

  it('is in the trash of those who may restore it, and of nobody else', async () => {
    const list = '{ trash { totalCount nodes { resourceType resourceId name deletedAt deletedBy { id } } } }';
    expect(await owner.ok(list)).toEqual({
      trash: {
        totalCount: 1,
        nodes: [
          {
            ...{ resourceType: type, resourceId: id, name: expect.any(String), deletedAt: expect.any(String) },
            deletedBy: { id: `Profile:${owner.profileId}` },
          },
        ],
      },
    });
    const { errors } = await client.graphql(list);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await run(client, `restore${type}`, { id })).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('comes back with every row and reference that went with it, once', async () => {
    const object = `${type[0]!.toLowerCase()}${type.slice(1)}`;
    const selection = `${object} { id } warnings { code } lastEventId`;
    expect(await run(owner, `restore${type}`, { id }, selection)).toEqual({
      ...{ [object]: { id }, warnings: [], lastEventId: expect.any(String) },
    });
    expect(await dump(company)).toEqual(before);
    expect(await owner.ok('{ trash { totalCount } }')).toEqual({ trash: { totalCount: 0 } });
    expect(await run(owner, `restore${type}`, { id })).toMatchObject({ code: 'NOT_FOUND', field: 'input.id' });
  });
});
