import { builder } from '../../graphql/declare/builder.ts';
import { dayIn } from '../../lib/days.ts';
import { Project } from '../projects/project.ts';
import { type PlanEntry, planMilestones } from './critical-path.ts';
import { Milestone } from './milestone.ts';

const PlannedMilestone = builder.objectRef<PlanEntry>('PlannedMilestone').implement({
  description: 'Where a milestone stands in the plan of its project. Days are inclusive at both ends.',
  fields: (t) => ({
    milestone: t.field({ type: Milestone, description: 'Milestone.', resolve: ({ id }) => ({ id }) as never }),
    projectedStart: t.expose('projectedStart', {
      type: 'LocalDate',
      description: 'First day, after what it waits for.',
    }),
    projectedFinish: t.expose('projectedFinish', {
      type: 'LocalDate',
      description: 'Last day as it looks now: it keeps its length, and an open one does not end before today.',
    }),
    latestFinish: t.expose('latestFinish', {
      type: 'LocalDate',
      nullable: true,
      description: 'Last day that does not delay the whole plan; null when it is reached.',
    }),
    slackDays: t.exposeInt('slackDays', {
      nullable: true,
      description: 'Days that it may slip without delaying the whole plan; null when it is reached.',
    }),
    isCritical: t.exposeBoolean('isCritical', { description: 'Whether any slip delays the whole plan.' }),
    isLate: t.exposeBoolean('isLate', { description: 'Whether its due day is over and it is not reached.' }),
    isAtRisk: t.exposeBoolean('isAtRisk', {
      description: 'Not late yet, but behind schedule, or pushed past its due day by what it waits for.',
    }),
  }),
});

interface Plan {
  entries: PlanEntry[];
}

const MilestonePlan = builder.objectRef<Plan>('MilestonePlan').implement({
  description: 'The milestones of a project as a plan, by the critical path method.',
  fields: (t) => ({
    finish: t.field({
      type: 'LocalDate',
      nullable: true,
      description: 'Last day of the plan as it looks now; null without milestones.',
      resolve: ({ entries }) => entries.at(-1)?.projectedFinish ?? null,
    }),
    milestones: t.field({
      type: [PlannedMilestone],
      description: 'All milestones, in the order of their projected finish.',
      resolve: ({ entries }) => entries,
    }),
    criticalPath: t.field({
      type: [PlannedMilestone],
      description: 'Those that must not slip, in the order of their projected finish.',
      resolve: ({ entries }) => entries.filter(({ isCritical }) => isCritical),
    }),
  }),
});

builder.drizzleObjectFields(Project, (t) => ({
  milestonePlan: t.field({
    type: MilestonePlan,
    description: 'Its milestones with their slack, and which of them decide when it ends.',
    complexity: 20,
    select: {
      with: {
        milestones: {
          columns: { id: true, startDate: true, dueDate: true, status: true, progress: true, completedAt: true },
          with: { dependsOn: { columns: { id: true } } },
        },
      },
    },
    resolve: ({ milestones }, _args, { tenant }) => {
      const planned = milestones.map(({ dependsOn, completedAt, ...milestone }) => ({
        ...milestone,
        completedOn: completedAt && dayIn(tenant.timeZone, completedAt),
        dependsOn: dependsOn.map(({ id }) => id),
      }));
      return { entries: planMilestones(planned, dayIn(tenant.timeZone)) };
    },
  }),
}));
