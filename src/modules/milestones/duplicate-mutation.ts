import { builder } from '../../graphql/declare/builder.ts';
import { defineMutation } from '../../graphql/declare/mutation.ts';
import { changed } from '../../graphql/declare/payload.ts';
import { Client } from '../clients/client.ts';
import { Profile } from '../people/profile.ts';
import { Project } from '../projects/project.ts';
import { ProjectVisibility } from '../projects/project-visibility.ts';
import { type dayShifts, duplicateProject } from './duplicate/duplicate-project.ts';
import { mostParts } from './duplicate/project-parts.ts';

const DayShift = builder.enumType('DayShift', {
  description: 'What stays the same between the first day of a project and the days of its parts in a copy.',
  values: {
    WORKING_DAYS: {
      description:
        'The number of working days, in the default calendar of the organization. A day off becomes the next working day.',
    },
    DAYS: { description: 'The number of days.' },
  } satisfies Record<(typeof dayShifts)[number], { description: string }>,
});

defineMutation('duplicateProject', {
  description:
    'Creates a project from another one, such as a template: with copies of its phases, deliverables, labels, tasks ' +
    '(with subtasks, dependencies and checklists) and milestones (with weights and dependencies), as far as you see them. ' +
    'All work is open again. Time, comments, incidents and external references are not copied. A project with more than ' +
    `${mostParts} parts fails with INVALID_STATE. Needs project:write, task:write and milestone:write.`,
  permission: 'project:write',
  input: (t) => ({
    projectId: t.globalID({ for: Project, required: true, description: 'The project to copy.' }),
    name: t.string({ required: true, description: 'Name of the new project; unique in the organization.' }),
    startDate: t.field({
      type: 'LocalDate',
      required: true,
      description: 'First day of the new project; all other days move with it.',
    }),
    shift: t.field({ type: DayShift, description: 'How the other days move; WORKING_DAYS by default.' }),
    code: t.string({
      maxLength: 60,
      description: 'Its short name; by default the next one of the organization’s code format.',
    }),
    clientId: t.globalID({ for: Client, description: 'The client; that of the original by default.' }),
    managerId: t.globalID({
      for: Profile,
      description:
        'The person who leads it; by default that of the original, if they still work here. Null for nobody.',
    }),
    visibility: t.field({ type: ProjectVisibility, description: 'Who sees it; as the original by default.' }),
    isTemplate: t.boolean({ description: 'Whether it is a template; false by default.' }),
    withPeople: t.boolean({
      description:
        'Whether to copy the assignments to the project, the people of tasks and those responsible for milestones, except ' +
        'people who have left; false by default.',
    }),
    allowOverbooking: t.boolean({
      description:
        'Whether copied assignments may exceed 100 % of a person’s time; otherwise that fails with OVERBOOKED.',
    }),
  }),
  run: (ctx, input) => duplicateProject(ctx.tx, ctx.viewer, input),
  payload: (t) => ({ project: changed(t, Project, 'projects') }),
});
