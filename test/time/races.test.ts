import { beforeAll, describe, expect, it } from 'vitest';
import { fromDayNumber, toDayNumber } from '../../src/lib/days.ts';
import { settledLog } from '../events/support.ts';
import { createProject } from '../projects/support.ts';
import { run } from '../support/run.ts';
import { type Company, type Member, world } from '../support/world.ts';
import { recordTime } from './support.ts';

const repeats = Number(process.env.REPEATS ?? 8);

describe('time changed at once', async () => {
  const server = await world();
  let company: Company;
  let owner: Member;
  let manager: Member;
  let member: Member;
  let projectId: string;
  beforeAll(async () => {
    company = await server.company();
    [owner, manager, member] = await Promise.all([company.as('OWNER'), company.as('MANAGER'), company.as('MEMBER')]);
    projectId = await createProject(manager);
  });

  const actionsOf = async (resource: string): Promise<string[]> => {
    await settledLog(company);
    const log = 'query ($id: ID!) { events(where: { resource: $id }) { nodes { action } } }';
    const { nodes } = (await owner.ok(log, { id: resource })).events;
    return nodes.map(({ action }: { action: string }) => action);
  };

  it('leaves one timer of fifty that a person starts', async () => {
    for (let round = 0; round < repeats; round++) {
      const starting = Array.from({ length: 50 }, () =>
        run(member, 'startTimer', { projectId }, 'runningTimer { id }'),
      );
      const answers = await Promise.all(starting);
      const started = answers.flatMap(({ runningTimer }) => runningTimer?.id ?? []);
      expect(started).toHaveLength(1);
      expect(answers.flatMap(({ code }) => code ?? [])).toEqual(Array(49).fill('INVALID_STATE'));
      const { runningTimers } = await member.ok('{ runningTimers { totalCount nodes { id } } }');
      expect(runningTimers).toEqual({ totalCount: 1, nodes: [{ id: started[0] }] });
      expect(await run(member, 'discardTimer', {})).toEqual({ lastEventId: expect.any(String) });
      expect(await actionsOf(started[0])).toEqual(['runningTimer.started', 'runningTimer.discarded']);
    }
  });

  it('puts two approvals, a correction and a change of one week into one order', async () => {
    const orders = new Set<string>();
    for (let round = 0; round < repeats; round++) {
      const day = fromDayNumber(toDayNumber('2026-01-05') + 7 * round);
      const entry = await recordTime(member, { projectId, workDate: day, hours: '7' });
      const { id } = (await run(member, 'submitTimesheet', { day }, 'timesheet { id }')).timesheet;
      const answers = await Promise.all([
        run(manager, 'approveTimesheet', { id }),
        run(owner, 'reopenTimesheet', { id, note: 'Wrong day' }),
        run(owner, 'approveTimesheet', { id }),
        run(member, 'updateTimeEntry', { id: entry, hours: '6' }),
      ]);
      const [first, reopened, second, changed] = answers.map(({ code }) => code ?? 'OK');
      const { node, timeEntries } = await owner.ok(
        `query ($id: ID!, $entry: ID!) {
          node(id: $id) { ... on Timesheet { status hours } }
          timeEntries(where: { id: { eq: $entry } }) { nodes { status hours } }
        }`,
        { id, entry },
      );
      // A correction needs an approved week, and the week can be changed after it: the log tells what came first
      const steps = (await actionsOf(id)).filter((action) => action !== 'timesheet.submitted');
      orders.add(steps.join());
      expect([first, second]).toContain('OK');
      if (reopened === 'OK') {
        expect(steps).toEqual(['timesheet.approved', 'timesheet.reopened']);
        expect(node.status).toBe('DRAFT');
        expect(timeEntries.nodes).toEqual([{ status: 'PENDING', hours: changed === 'OK' ? '6' : '7' }]);
      } else {
        expect(steps).toEqual(['timesheet.approved']);
        expect([reopened, changed]).toEqual(['INVALID_STATE', 'INVALID_STATE']);
        expect(node.status).toBe('APPROVED');
        expect(timeEntries.nodes).toEqual([{ status: 'VALIDATED', hours: '7' }]);
      }
    }
    expect(orders.size).toBeGreaterThan(0);
  });
});
