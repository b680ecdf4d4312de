import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { longestRank } from '../../src/lib/rank.ts';
import { tasks } from '../../src/modules/tasks/tables.ts';
import type { TenantTx } from '../../src/tenancy/tenant-session.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { moveTask, readBoard, seedProject, seedTasks } from './support.ts';

const statuses = ['TODO', 'IN_PROGRESS', 'IN_REVIEW', 'DONE'];

describe('the board', async () => {
  const server = await world();
  let company: Company;
  let manager: Member;
  beforeAll(async () => {
    company = await server.company();
    manager = await company.as('MANAGER');
  });

  async function seedBoard(count: number): Promise<{ project: string; cards: string[] }> {
    const project = await seedProject(company);
    const ids = await seedTasks(company, project, count);
    return { project, cards: ids.map((id) => `Task:${id}`) };
  }

  const move = (input: object, by: Member = manager) => by.graphql(moveTask, { input });
  const inTenant = <T>(work: (tx: TenantTx) => Promise<T>) => company.world.app.binding.write(company.tenant, work);

  it('moves a card before or after another one, or to the end', async () => {
    const { project, cards } = await seedBoard(4);
    const [a, b, c, d] = cards as [string, string, string, string];
    await move({ id: d, beforeId: a });
    await move({ id: a, afterId: b });
    await move({ id: b });
    expect(await readBoard(manager, project)).toEqual({ TODO: [d, a, c, b] });
    await move({ id: a, status: 'DONE' });
    await move({ id: c, status: 'DONE', beforeId: a });
    expect(await readBoard(manager, project)).toEqual({ TODO: [d, b], DONE: [c, a] });
  });

  it('sets and clears a card’s time of completion', async () => {
    const { cards } = await seedBoard(1);
    const done = await move({ id: cards[0], status: 'DONE' });
    expect(done.data.moveTask.task).toMatchObject({ status: 'DONE', completedAt: expect.any(String), version: 2 });
    const open = await move({ id: cards[0], status: 'TODO', expectedVersion: 2 });
    expect(open.data.moveTask.task).toMatchObject({ status: 'TODO', completedAt: null });
    expect((await move({ id: cards[0], expectedVersion: 2 })).errors).toMatchObject([
      { extensions: { code: 'STALE_VERSION' } },
    ]);
  });

  it('uses the end if the other card has left the column, and rejects cards of other boards', async () => {
    const { project, cards } = await seedBoard(3);
    const other = await seedBoard(1);
    await move({ id: cards[0], status: 'IN_REVIEW' });
    await move({ id: cards[1], afterId: cards[0] });
    expect(await readBoard(manager, project)).toEqual({ TODO: [cards[2], cards[1]], IN_REVIEW: [cards[0]] });
    expect((await move({ id: cards[1], afterId: other.cards[0] })).errors).toMatchObject([
      { extensions: { code: 'NOT_FOUND', field: 'input.afterId' } },
    ]);
    expect((await move({ id: cards[1], afterId: cards[1] })).errors).toMatchObject([
      { extensions: { code: 'BAD_INPUT', field: 'input.afterId' } },
    ]);
  });

  it('spreads a column’s ranks again when they get long or tie', async () => {
    const { project, cards } = await seedBoard(3);
    const [a, b, c] = cards.toSorted() as [string, string, string];
    await inTenant(async (tx) => tx.update(tasks).set({ rank: 'V' }).where(eq(tasks.projectId, project)));
    await move({ id: c, beforeId: b });
    expect(await readBoard(manager, project)).toEqual({ TODO: [a, c, b] });
    const long = `V${'0'.repeat(longestRank)}1`;
    await inTenant(async (tx) =>
      tx
        .update(tasks)
        .set({ rank: 'V' })
        .where(eq(tasks.id, a.slice(5))),
    );
    await inTenant(async (tx) =>
      tx
        .update(tasks)
        .set({ rank: long })
        .where(eq(tasks.id, c.slice(5))),
    );
    const moved = await move({ id: b, afterId: a });
    expect(moved.data.moveTask.task.position.length).toBeLessThanOrEqual(longestRank);
    expect(await readBoard(manager, project)).toEqual({ TODO: [a, b, c] });
  });

  it('keeps every card once and in a total order while 50 people move cards', async () => {
    const { project, cards } = await seedBoard(50);
    const moves = cards.map((id, index) => {
      const anchor = cards[(index * 7 + 1) % cards.length]!;
      const side = index % 2 ? 'beforeId' : 'afterId';
      return move({ id, status: statuses[index % 3], ...(anchor !== id && { [side]: anchor }) });
    });
    const results = await Promise.all(moves);
    expect(results.flatMap(({ errors }) => errors)).toEqual([]);
    const board = await readBoard(manager, project);
    expect(Object.values(board).flat().sort()).toEqual([...cards].sort());
    for (const [index, { data }] of results.entries()) expect(data.moveTask.task.status).toBe(statuses[index % 3]);
    const ranks = await inTenant(async (tx) => tx.select().from(tasks).where(eq(tasks.projectId, project)));
    expect(new Set(ranks.map(({ status, rank }) => `${status} ${rank}`)).size).toBe(cards.length);
  });

  it('puts each of 50 cards into the right place, concurrently, in the same gap', async () => {
    const { project, cards } = await seedBoard(52);
    const [first, last, ...others] = cards as [string, string, ...string[]];
    const results = await Promise.all(others.map((id) => move({ id, afterId: first })));
    expect(results.flatMap(({ errors }) => errors)).toEqual([]);
    const { TODO } = await readBoard(manager, project);
    expect(TODO![0]).toBe(first);
    expect(TODO!.at(-1)).toBe(last);
    const byCommit = results.map(({ data }) => data.moveTask).sort(byEvent);
    expect(TODO!.slice(1, -1)).toEqual(byCommit.map(({ task }) => task.id).reverse());
  });

  it('orders the personal tasks of a person on a board of their own', async () => {
    const create = (name: string) =>
      manager.ok('mutation ($name: String!) { createTask(input: { name: $name }) { task { id type } } }', { name });
    const [one, two] = [(await create('one')).createTask.task, (await create('two')).createTask.task];
    expect(one.type).toBe('PERSONAL');
    expect((await move({ id: two.id, beforeId: one.id })).errors).toEqual([]);
    const { tasks } = await manager.ok(
      '{ tasks(where: { type: { eq: PERSONAL } }, orderBy: [{ field: POSITION }]) { nodes { id } } }',
    );
    expect(tasks.nodes).toEqual([{ id: two.id }, { id: one.id }]);
  });
});

/** Cursors of events are `era.xid.seq`; under one lock the sequence follows the order of the changes. */
const byEvent = (a: { lastEventId: string }, b: { lastEventId: string }): number =>
  Number(a.lastEventId.split('.')[2]) - Number(b.lastEventId.split('.')[2]);
