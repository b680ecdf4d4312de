import { defineRelationsPart } from 'drizzle-orm';
import { mergeRelations } from './lib/relations.ts';
import { calendarsRelations } from './modules/calendars/relations.ts';
import { clientsRelations } from './modules/clients/relations.ts';
import { eventsRelations } from './modules/events/relations.ts';
import { financeRelations } from './modules/finance/relations.ts';
import * as imports from './modules/imports/tables.ts';
import * as jobs from './modules/jobs/tables.ts';
import { leaveRelations } from './modules/leave/relations.ts';
import { messagingRelations } from './modules/messaging/relations.ts';
import { milestonesRelations } from './modules/milestones/relations.ts';
import { notificationsRelations } from './modules/notifications/relations.ts';
import { peopleRelations } from './modules/people/relations.ts';
import { projectsRelations } from './modules/projects/relations.ts';
import * as settings from './modules/settings/tables.ts';
import { tasksRelations } from './modules/tasks/relations.ts';
import { timeRelations } from './modules/time/relations.ts';
import { webhooksRelations } from './modules/webhooks/relations.ts';

/** Every tenant table and how they refer to each other: one line per module. */
export const relations = mergeRelations(
  eventsRelations,
  defineRelationsPart(settings),
  calendarsRelations,
  peopleRelations,
  clientsRelations,
  projectsRelations,
  leaveRelations,
  tasksRelations,
  milestonesRelations,
  timeRelations,
  messagingRelations,
  defineRelationsPart(imports),
  defineRelationsPart(jobs),
  webhooksRelations,
  notificationsRelations,
  financeRelations,
);

export type Relations = typeof relations;
