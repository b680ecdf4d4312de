import { builder } from '../../graphql/declare/builder.ts';
import { dayIn } from '../../lib/days.ts';
import { Project } from '../projects/project.ts';
import { type PlanEntry, planMilestones } from './critical-path.ts';
import { Milestone } from './milestone.ts';

const PlannedMilestone = builder.objectRef<PlanEntry>('PlannedMilestone').implement({
  description: 'A milestone in the plan of its project. Days are inclusive at both ends.',
  fields: (t) => ({
    milestone: t.field({ type: Milestone, description: 'The milestone.', resolve: ({ id }) => ({ id }) as never }),
    projectedStart: t.expose('projectedStart', {
      type: 'LocalDate',
      description: 'First day, after its dependencies.',
    }),
    projectedFinish: t.expose('projectedFinish', {
      type: 'LocalDate',
      description: 'Projected last day: the milestone keeps its length, and an open one does not end before today.',
    }),
    latestFinish: t.expose('latestFinish', {
      type: 'LocalDate',
      nullable: true,
      description: 'Latest day on which it can end without delaying the whole plan; null if it is reached.',
    }),
    slackDays: t.exposeInt('slackDays', {
      nullable: true,
      description: 'Days that it may slip without delaying the whole plan; null if it is reached.',
    }),
    isCritical: t.exposeBoolean('isCritical', { description: 'Whether any slip delays the whole plan.' }),
    isLate: t.exposeBoolean('isLate', { description: 'Whether its due day has passed and it is not reached.' }),
    isAtRisk: t.exposeBoolean('isAtRisk', {
      description: 'Whether it is not late yet, but behind schedule or pushed past its due day by its dependencies.',
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
      description: 'Projected last day of the plan; null without milestones.',
      resolve: ({ entries }) => entries.at(-1)?.projectedFinish ?? null,
    }),
    milestones: t.field({
      type: [PlannedMilestone],
      description: 'All milestones, in the order of their projected finish.',
      resolve: ({ entries }) => entries,
    }),
    criticalPath: t.field({
      type: [PlannedMilestone],
      description: 'The critical milestones, in the order of their projected finish.',
      resolve: ({ entries }) => entries.filter(({ isCritical }) => isCritical),
    }),
  }),
});

builder.drizzleObjectFields(Project, (t) => ({
  milestonePlan: t.field({
    type: MilestonePlan,
    description: 'Its milestones with their slack, and the critical ones among them.',
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
