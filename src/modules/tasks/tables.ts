import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  boolean,
  check,
  date,
  index,
  integer,
  numeric,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import {
  externalReference,
  instant,
  label,
  lifetime,
  oneOf,
  primaryId,
  rank,
  table,
  tsvector,
  uniqueWithoutCase,
  version,
} from '../../lib/columns.ts';
import { profiles } from '../people/tables.ts';
import { deliverables, projects } from '../projects/tables.ts';

export const taskTypes = ['PROJECT', 'PERSONAL', 'CLIENT'] as const;
export const taskStatuses = ['TODO', 'IN_PROGRESS', 'IN_REVIEW', 'DONE'] as const;
export const taskPriorities = ['LOW', 'MEDIUM', 'HIGH', 'URGENT'] as const;

/** A card on a board: its project's, or its owner's (the assignee) if it is PERSONAL. */
export const tasks = table(
  'tasks',
  {
    id: primaryId(),
    type: text({ enum: taskTypes }).notNull().default('PROJECT'),
    projectId: uuid().references(() => projects.id, { onDelete: 'cascade' }),
    deliverableId: uuid().references(() => deliverables.id, { onDelete: 'set null' }),
    assigneeId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    /** The task that it is a part of, on the same board. */
    parentId: uuid().references((): AnyPgColumn => tasks.id, { onDelete: 'cascade' }),
    /** The creator; null for imports. */
    creatorId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    name: label().notNull(),
    description: text(),
    /** Estimate in person-days. All digits are kept, so that imported hours become exact days. */
    estimateDays: numeric(),
    startDate: date(),
    dueDate: date(),
    status: text({ enum: taskStatuses }).notNull().default('TODO'),
    priority: text({ enum: taskPriorities }).notNull().default('MEDIUM'),
    /** Position in its column of the board; the id breaks ties. */
    rank: rank().notNull(),
    color: text(),
    tags: text().array().notNull().default([]),
    completedAt: instant(),
    /** A rule of RFC 5545. When the task is finished, the next one of its series is made. */
    recurrence: text(),
    /** The same for all tasks that one rule makes. */
    seriesId: uuid(),
    seriesStart: date(),
    /** The day of the rule that this task stands for; it may be due on another one. */
    occursOn: date(),
    occurrence: integer(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
    /** The words of the name (weight A) and of the description (B); a trigger fills it. */
    search: tsvector(),
  },
  (t) => [
    index('tasks_board').on(t.projectId, t.status, t.rank, t.id),
    // For reading the first tasks of each of many projects without sorting all tasks
    index('tasks_rank').on(t.projectId, t.rank, t.id),
    index('tasks_personal_board').on(t.assigneeId, t.status, t.rank, t.id).where(sql`${t.projectId} is null`),
    index('tasks_assignee').on(t.assigneeId),
    index('tasks_creator').on(t.creatorId),
    index('tasks_parent').on(t.parentId),
    index('tasks_deliverable').on(t.deliverableId),
    index('tasks_due_date').on(t.dueDate),
    index('tasks_tag_keys').using('gin', sql`extensions.tag_keys(${t.tags})`),
    index('tasks_search').using('gin', t.search),
    uniqueIndex('tasks_external_reference').on(t.externalReference),
    uniqueIndex('tasks_series').on(t.seriesId, t.occurrence),
    check('tasks_own_parent', sql`${t.parentId} <> ${t.id}`),
    check('tasks_type', oneOf(t.type, taskTypes)),
    check('tasks_status', oneOf(t.status, taskStatuses)),
    check('tasks_priority', oneOf(t.priority, taskPriorities)),
    check('tasks_project', sql`(${t.type} = 'PERSONAL') = (${t.projectId} is null)`),
    check('tasks_estimate_days', sql`${t.estimateDays} >= 0`),
    check('tasks_dates', sql`${t.dueDate} >= ${t.startDate}`),
    check(
      'tasks_recurrence',
      sql`num_nulls(${t.recurrence}, ${t.seriesId}, ${t.seriesStart}, ${t.occursOn}, ${t.occurrence}) in (0, 5)`,
    ),
    check('tasks_completed', sql`(${t.status} = 'DONE') = (${t.completedAt} is not null)`),
  ],
);

export const uniqueTaskFields = {
  tasks_external_reference: 'input.externalReference',
  tasks_series: 'input.id',
};

/** A task waits for another. Cycles are not allowed. */
export const taskDependencies = table(
  'task_dependencies',
  {
    taskId: uuid()
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    dependsOnId: uuid()
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: 'task_dependencies_pkey', columns: [t.taskId, t.dependsOnId] }),
    index('task_dependencies_depends_on').on(t.dependsOnId),
    check('task_dependencies_self', sql`${t.taskId} <> ${t.dependsOnId}`),
  ],
);

/** A name and a colour for tasks: of one project, or of the whole organization. */
export const labels = table(
  'labels',
  {
    id: primaryId(),
    projectId: uuid().references(() => projects.id, { onDelete: 'cascade' }),
    name: label().notNull(),
    color: text().notNull(),
    description: text(),
    externalReference: externalReference(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueWithoutCase('labels_name_key', t.name).where(sql`${t.projectId} is null`),
    uniqueIndex('labels_project_name_key').on(t.projectId, sql`extensions.name_key(${t.name})`),
    uniqueIndex('labels_external_reference').on(t.externalReference),
  ],
);

export const taskLabels = table(
  'task_labels',
  {
    taskId: uuid()
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    labelId: uuid()
      .notNull()
      .references(() => labels.id, { onDelete: 'cascade' }),
    createdAt: instant().notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ name: 'task_labels_pkey', columns: [t.taskId, t.labelId] }),
    index('task_labels_label').on(t.labelId),
  ],
);

export const taskMemberRoles = ['ASSIGNEE', 'WATCHER'] as const;

/** The people of a task beside its main assignee. */
export const taskMembers = table(
  'task_members',
  {
    id: primaryId(),
    taskId: uuid()
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    profileId: uuid()
      .notNull()
      .references(() => profiles.id, { onDelete: 'cascade' }),
    role: text({ enum: taskMemberRoles }).notNull(),
    version: version(),
    ...lifetime,
  },
  (t) => [
    uniqueIndex('task_members_person').on(t.taskId, t.role, t.profileId),
    index('task_members_profile').on(t.profileId, t.role),
    check('task_members_role', oneOf(t.role, taskMemberRoles)),
  ],
);

export const taskComments = table(
  'task_comments',
  {
    id: primaryId(),
    taskId: uuid()
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    authorId: uuid().references(() => profiles.id, { onDelete: 'set null' }),
    content: text().notNull(),
    editedAt: instant(),
    version: version(),
    ...lifetime,
    /** The words of the text (weight D); a trigger fills it. */
    search: tsvector(),
  },
  (t) => [
    index('task_comments_task').on(t.taskId, t.id),
    index('task_comments_author').on(t.authorId),
    index('task_comments_search').using('gin', t.search),
  ],
);

export const checklistItems = table(
  'checklist_items',
  {
    id: primaryId(),
    taskId: uuid()
      .notNull()
      .references(() => tasks.id, { onDelete: 'cascade' }),
    name: label().notNull(),
    isDone: boolean().notNull().default(false),
    /** Position in the checklist; the id breaks ties. */
    rank: rank().notNull(),
    version: version(),
    ...lifetime,
  },
  (t) => [index('checklist_items_task').on(t.taskId, t.rank, t.id)],
);
