import { sql } from 'drizzle-orm';
import { type EventHandler, onEvent } from '../events/handlers.ts';
import { milestoneAssignments, milestones } from '../milestones/tables.ts';
import { projectAssignments, projects } from '../projects/tables.ts';
import { aboutId, defineNotification, givenPeople, today } from './notify.ts';

const name = sql`(select ${projects.name} from ${projects} where ${projects.id} = ${aboutId})`;

const notifyOfStatus = defineNotification({
  event: 'project.statusChanged',
  type: 'PROJECT_UPDATE',
  title: 'The status of a project changed',
  about: 'aboutProjectId',
  message: name,
  recipients: sql`select ${projects.managerId} from ${projects} where ${projects.id} = ${aboutId}
    union select ${projectAssignments.profileId} from ${projectAssignments}
    where ${projectAssignments.projectId} = ${aboutId}
      and coalesce(${projectAssignments.toDate}, 'infinity') >= ${today}`,
});

const notifyAssigned = defineNotification({
  event: 'project.assigned',
  type: 'PROJECT_UPDATE',
  title: 'You were assigned to a project',
  about: 'aboutProjectId',
  message: name,
  recipients: givenPeople,
});

const notifyOfMilestone = defineNotification({
  event: 'milestone.reached',
  type: 'MILESTONE_REACHED',
  title: 'A milestone was reached',
  about: 'aboutMilestoneId',
  message: sql`(select ${milestones.name} from ${milestones} where ${milestones.id} = ${aboutId})`,
  recipients: sql`select ${milestones.creatorId} from ${milestones} where ${milestones.id} = ${aboutId}
    union select ${milestoneAssignments.profileId} from ${milestoneAssignments}
    where ${milestoneAssignments.milestoneId} = ${aboutId}
    union select ${projects.managerId} from ${projects}
    join ${milestones} on ${milestones.projectId} = ${projects.id} where ${milestones.id} = ${aboutId}`,
});

onEvent('project.updated', async (tx, viewer, { resourceId, after }) => {
  const status = after?.status;
  if (status !== undefined) notifyOfStatus(tx, viewer, { aboutId: resourceId, details: { status } });
});

onEvent('projectAssignment.created', async (tx, viewer, { after, metadata }) => {
  const { projectId, profileId } = after as typeof projectAssignments.$inferSelect;
  if (metadata?.duplicated === true || profileId === viewer?.profileId) return;
  notifyAssigned(tx, viewer, { aboutId: projectId, people: [profileId] });
});

/** One statement for all, and one notification for each, however often they are assigned. */
onEvent('project.duplicated', async (tx, viewer, { resourceId, metadata }) => {
  const people = metadata?.people as string[];
  if (people.length > 0) notifyAssigned(tx, viewer, { aboutId: resourceId, people });
});

const notifyWhenReached: EventHandler = async (tx, viewer, { resourceId, after }) => {
  if (after?.status === 'COMPLETED') notifyOfMilestone(tx, viewer, { aboutId: resourceId });
};

onEvent('milestone.updated', notifyWhenReached);
onEvent('milestone.progressed', notifyWhenReached);
