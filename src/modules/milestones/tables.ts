import { sql } from 'drizzle-orm';
import { check, date, index, integer, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import {
  externalReference,
  instant,
  label,
  lifetime,
  oneOf,
  primaryId,
  table,
  tsvector,
  version,
} from '../../lib/columns.ts';
import { profiles } from '../people/tables.ts';
import { projects } from '../projects/tables.ts';
import { tasks } from '../tasks/tables.ts';

export const milestoneStatuses = ['NOT_STARTED', 'IN_PROGRESS', 'COMPLETED', 'ON_HOLD'] as const;
export const milestonePriorities = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export const progressModes = ['AUTO', 'MANUAL'] as const;

/**
 * A goal with a first and a last day (both inclusive): of a project, or of the whole organization if it has no project.
 */
export const milestones = table(
  'milestones',
  {
    id: primaryId(),
    projectId: uuid().references(() => projects.id, { onDelete: 'cascade' }),
    name: label().notNull(),
    description: text(),
    startDate: date().notNull(),
    dueDate: date().notNull(),
    status: text({ enum: milestoneStatuses }).notNull().default('NOT_STARTED'),
    priority: text({ enum: milestonePriorities }).notNull().default('MEDIUM'),
    color: text(),
    progressMode: text({ enum: progressModes }).notNull().default('AUTO'),
    /** Percent, 0 to 100: the weighted share of DONE tasks (AUTO), or a value that people set (MANUAL). */
    progress: integer().notNull().default(0),
    completedAt: instant(),
    creatorId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
    /** The words of the name (weight A) and of the description (B); a trigger fills it. */
    search: tsvector(),
  },
  (t) => [
    index('milestones_search').using('gin', t.search),
    index('milestones_project').on(t.projectId, t.dueDate),
    index('milestones_creator').on(t.creatorId),
    index('milestones_due_date').on(t.dueDate),
    uniqueIndex('milestones_external_reference').on(t.externalReference),
    check('milestones_status', oneOf(t.status, milestoneStatuses)),
    check('milestones_priority', oneOf(t.priority, milestonePriorities)),
    check('milestones_progress_mode', oneOf(t.progressMode, progressModes)),
    check('milestones_progress', sql`${t.progress} between 0 and 100`),
    check('milestones_dates', sql`${t.dueDate} >= ${t.startDate}`),
    check('milestones_completed', sql`(${t.status} = 'COMPLETED') = (${t.completedAt} is not null)`),
  ],
);

/** The tasks of a milestone, each with its weight. */
export const milestoneTasks = table(
  'milestone_tasks',
  {
    id: primaryId(),
    milestoneId: uuid()
      .notNull()
      .references(() => milestones.id, { onDelete: 'cascade' }),
    taskId: uuid()
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    weight: integer().notNull().default(1),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex('milestone_tasks_milestone').on(t.milestoneId, t.taskId),
    index('milestone_tasks_task').on(t.taskId, t.milestoneId),
    check('milestone_tasks_weight', sql`${t.weight} between 1 and 1000`),
  ],
);

/** The people responsible for a milestone. */
export const milestoneAssignments = table(
  'milestone_assignments',
  {
    milestoneId: uuid()
      .notNull()
      .references(() => milestones.id, { onDelete: 'cascade' }),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id, { onDelete: 'cascade' }),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: 'milestone_assignments_pkey', columns: [t.milestoneId, t.profileId] }),
    index('milestone_assignments_profile').on(t.profileId),
  ],
);

/** A milestone starts when another is finished. Cycles are not allowed. */
export const milestoneDependencies = table(
  'milestone_dependencies',
  {
    milestoneId: uuid()
      .notNull()
      .references(() => milestones.id, { onDelete: 'cascade' }),
    dependsOnId: uuid()
      .notNull()
      .references(() => milestones.id, { onDelete: 'cascade' }),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: 'milestone_dependencies_pkey', columns: [t.milestoneId, t.dependsOnId] }),
    index('milestone_dependencies_depends_on').on(t.dependsOnId),
    check('milestone_dependencies_self', sql`${t.milestoneId} <> ${t.dependsOnId}`),
  ],
);
