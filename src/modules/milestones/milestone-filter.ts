import { defineFilter, type Filter } from '../../graphql/declare/filters.ts';
import { profileFilter } from '../people/profile-filter.ts';
import { projectFilter } from '../projects/project-filter.ts';
import { taskFilter } from '../tasks/task-filter.ts';
import { MilestonePriority } from './milestone-priority.ts';
import { MilestoneStatus } from './milestone-status.ts';
import { ProgressMode } from './progress-mode.ts';

export const milestoneFilter: Filter<'milestones'> = defineFilter('MilestoneFilter', 'milestones', {
  description: 'Which milestones.',
  fields: {
    id: { id: 'Milestone', column: 'id', description: 'By id.' },
    projectId: { id: 'Project', column: 'projectId', description: 'By project; absent for the company’s own.' },
    creatorId: { id: 'Profile', column: 'creatorId', description: 'By who made them.' },
    name: { as: 'String', column: 'name', description: 'By name.' },
    startDate: { as: 'LocalDate', column: 'startDate', description: 'By first day.' },
    dueDate: { as: 'LocalDate', column: 'dueDate', description: 'By due day.' },
    status: { enum: MilestoneStatus, name: 'MilestoneStatus', column: 'status', description: 'By status.' },
    priority: { enum: MilestonePriority, name: 'MilestonePriority', column: 'priority', description: 'By priority.' },
    progressMode: {
      enum: ProgressMode,
      name: 'ProgressMode',
      column: 'progressMode',
      description: 'By where their progress comes from.',
    },
    progress: { as: 'Int', column: 'progress', description: 'By progress, in percent.' },
    completedAt: { as: 'DateTime', column: 'completedAt', description: 'By when they were reached.' },
    externalReference: { as: 'String', column: 'externalReference', description: 'By external reference.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were made.' },
    updatedAt: { as: 'DateTime', column: 'updatedAt', description: 'By when they last changed.' },
  },
  relations: {
    project: { filter: () => projectFilter, description: 'By their project.' },
    tasks: { filter: () => taskFilter, description: 'With a task like this.' },
    assignees: { filter: () => profileFilter, description: 'That a person like this answers for.' },
    dependsOn: { filter: () => milestoneFilter, description: 'That wait for a milestone like this.' },
    blocks: { filter: () => milestoneFilter, description: 'That a milestone like this waits for.' },
  },
});
