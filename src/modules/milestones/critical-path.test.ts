import { describe, expect, it } from 'vitest';
import { type PlanEntry, type PlannedMilestone, planMilestones } from './critical-path.ts';

const before = '2026-01-01';

function milestone(id: string, days: [string, string], over: Partial<PlannedMilestone> = {}): PlannedMilestone {
  const [startDate, dueDate] = days;
  return { id, startDate, dueDate, status: 'NOT_STARTED', progress: 0, completedOn: null, dependsOn: [], ...over };
}

const byId = (entries: PlanEntry[]): Record<string, PlanEntry> => Object.fromEntries(entries.map((e) => [e.id, e]));

describe('planMilestones', () => {
  it('is empty without milestones', () => {
    expect(planMilestones([], before)).toEqual([]);
  });

  it('finds the longest chain and the slack of the other milestones', () => {
    const plan = byId(
      planMilestones(
        [
          milestone('launch', ['2026-06-11', '2026-06-15'], { dependsOn: ['build', 'docs'] }),
          milestone('build', ['2026-06-01', '2026-06-10']),
          milestone('docs', ['2026-06-01', '2026-06-04']),
        ],
        before,
      ),
    );
    expect(plan.build).toMatchObject({ isCritical: true, slackDays: 0, latestFinish: '2026-06-10' });
    expect(plan.launch).toMatchObject({ isCritical: true, slackDays: 0, projectedFinish: '2026-06-15' });
    expect(plan.docs).toMatchObject({ isCritical: false, slackDays: 6, latestFinish: '2026-06-10' });
  });

  it('measures the slack of a milestone without dependents by the end of the plan', () => {
    const plan = byId(
      planMilestones(
        [milestone('a', ['2026-06-01', '2026-06-10']), milestone('b', ['2026-06-01', '2026-06-08'])],
        before,
      ),
    );
    expect(plan.b).toMatchObject({ slackDays: 2, isCritical: false });
    expect(plan.a).toMatchObject({ slackDays: 0, isCritical: true });
  });

  it('postpones dependents, keeps their length, and marks them as at risk', () => {
    const plan = byId(
      planMilestones(
        [
          milestone('a', ['2026-06-01', '2026-06-10']),
          milestone('b', ['2026-06-05', '2026-06-07'], { dependsOn: ['a'] }),
        ],
        before,
      ),
    );
    expect(plan.b).toMatchObject({
      projectedStart: '2026-06-11',
      projectedFinish: '2026-06-13',
      isAtRisk: true,
      isLate: false,
      isCritical: true,
    });
    expect(plan.a!.isAtRisk).toBe(false);
  });

  it('does not let an open milestone finish in the past, and marks it as late', () => {
    const [entry] = planMilestones([milestone('a', ['2026-06-01', '2026-06-10'])], '2026-06-20');
    expect(entry).toMatchObject({ projectedFinish: '2026-06-20', isLate: true, isAtRisk: false });
  });

  it('keeps a reached milestone as it was: without slack, never critical, and no limit for others', () => {
    const plan = byId(
      planMilestones(
        [
          milestone('a', ['2026-06-01', '2026-06-10'], {
            status: 'COMPLETED',
            progress: 100,
            completedOn: '2026-06-05',
          }),
          milestone('b', ['2026-06-06', '2026-06-20'], { dependsOn: ['a'] }),
        ],
        '2026-06-07',
      ),
    );
    expect(plan.a).toMatchObject({ projectedFinish: '2026-06-05', slackDays: null, isCritical: false, isLate: false });
    expect(plan.b).toMatchObject({ projectedStart: '2026-06-06', slackDays: 0, isCritical: true });
  });

  it('ignores dependencies on missing milestones', () => {
    const [entry] = planMilestones([milestone('a', ['2026-06-01', '2026-06-02'], { dependsOn: ['gone'] })], before);
    expect(entry).toMatchObject({ projectedStart: '2026-06-01', isCritical: true });
  });

  it('plans a long chain', () => {
    const chain = Array.from({ length: 500 }, (_, i) =>
      milestone(`${i}`, ['2026-06-01', '2026-06-01'], { dependsOn: i ? [`${i - 1}`] : [] }),
    );
    const plan = planMilestones(chain.toReversed(), before);
    expect(plan.map(({ id }) => id)).toEqual(chain.map(({ id }) => id));
    expect(plan.every(({ isCritical }) => isCritical)).toBe(true);
  });
});
