import { z } from 'zod';
import { getVisible } from '../../../access/visible-rows.ts';
import { requirePermission, type Viewer } from '../../../identity/viewer.ts';
import { dayField, uuidField } from '../../../lib/fields.ts';
import { checkInput, type Raw, withoutNulls } from '../../../lib/input.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import { clients } from '../../clients/tables.ts';
import { dispatch } from '../../events/handlers.ts';
import { calendarsOf } from '../../people/calendars-of.ts';
import { lockShares } from '../../projects/lock-shares.ts';
import { Project } from '../../projects/project.ts';
import { projects } from '../../projects/tables.ts';
import { requireTaskWriter } from '../../tasks/policy.ts';
import { requireMilestoneWriter } from '../policy.ts';
import { presentPeople } from './copied-people.ts';
import { copyMilestones } from './copy-milestones.ts';
import { copyProjectParts } from './copy-project-parts.ts';
import { type Copy, copyTasks, newIds } from './copy-tasks.ts';
import { type ProjectParts, readParts } from './project-parts.ts';
import { type DayShift, shiftByDays, shiftByWorkingDays } from './shift-days.ts';

export const dayShifts = ['WORKING_DAYS', 'DAYS'] as const;

const input = z.object({
  projectId: uuidField,
  startDate: dayField,
  shift: z.enum(dayShifts).default('WORKING_DAYS'),
  withPeople: z.boolean().default(false),
  allowOverbooking: z.boolean().default(false),
});

type ProjectRow = Omit<typeof projects.$inferSelect, 'search'>;

/** Ids that are used before `Project.create` checks them. */
const otherIds = z.object({ clientId: uuidField.nullish(), managerId: uuidField.nullish() });

/** The columns of the new project, which `Project.create` checks. Absent ones are those of the original. */
interface OwnColumns {
  name: string;
  code?: string | null | undefined;
  clientId?: string | null | undefined;
  managerId?: string | null | undefined;
  visibility?: ProjectRow['visibility'] | null | undefined;
  isTemplate?: boolean | null | undefined;
}

/**
 * Creates a project with copies of the parts of another one, as far as the viewer sees them. All work is open again;
 * time, comments, incidents and history are not copied. Throws NOT_FOUND, INVALID_STATE for too large a project,
 * OVERBOOKED, and what `createProject` throws.
 */
export async function duplicateProject(
  tx: TenantTx,
  viewer: Viewer,
  { name, code, clientId, managerId, visibility, isTemplate, ...raw }: Raw<typeof input> & OwnColumns,
): Promise<{ id: string }> {
  requirePermission(viewer, 'project:write');
  requireTaskWriter(viewer);
  requireMilestoneWriter(viewer);
  const { projectId, startDate, shift: way, withPeople, allowOverbooking } = checkInput(input, withoutNulls(raw));
  checkInput(otherIds, { clientId, managerId });
  const source = await getVisible(tx, viewer, projects, projectId, 'Project', 'input.projectId');
  const parts = await readParts(tx, viewer, projectId, withPeople);
  const shift = await shiftOf(tx, source, parts, { to: startDate, way });
  const client = clientId ?? (await clientOf(tx, viewer, source));
  const manager = managerId === undefined ? source.managerId : managerId;
  const people = withPeople ? peopleOf(parts) : new Set<string>();
  // Before any row is locked
  lockShares(tx, people);
  const present = await presentPeople(tx, viewer, new Set([...people, ...(manager ? [manager] : [])]), client);
  const { id } = await Project.create(tx, viewer, {
    ...{ name, code, startDate, isTemplate, clientId: client, description: source.description },
    managerId: managerId === undefined && !present.staff.has(manager ?? '') ? null : manager,
    visibility: visibility ?? source.visibility,
    expectedEndDate: source.expectedEndDate && shift(source.expectedEndDate),
  });
  const takesPart: Copy['takesPart'] = (profileId, asContact = false): profileId is string =>
    profileId !== null &&
    people.has(profileId) &&
    (present.staff.has(profileId) || (asContact && present.contacts.has(profileId)));
  const copy: Copy = { projectId: id, shift, takesPart, deliverables: newIds(parts.deliverables) };
  await copyProjectParts(tx, viewer, parts, copy, allowOverbooking);
  const tasks = await copyTasks(tx, viewer, parts, copy);
  await copyMilestones(tx, viewer, parts, copy, tasks);
  const told = [...new Set(parts.assignments.map(({ profileId }) => profileId))].filter((each) => takesPart(each));
  // Not recorded, because the parts have events of their own
  await dispatch(tx, viewer, {
    ...{ action: 'project.duplicated', resourceType: 'Project', resourceId: id, metadata: { people: told } },
  });
  return { id };
}

async function shiftOf(
  tx: TenantTx,
  { startDate: from, expectedEndDate }: ProjectRow,
  { phases, deliverables, tasks, milestones, assignments }: ProjectParts,
  { to, way }: { to: string; way: (typeof dayShifts)[number] },
): Promise<DayShift> {
  if (way === 'DAYS') return shiftByDays({ from, to });
  const days = [
    expectedEndDate,
    ...phases.flatMap(({ startDate, endDate }) => [startDate, endDate]),
    ...deliverables.map(({ dueDate }) => dueDate),
    ...[...tasks, ...milestones].flatMap(({ startDate, dueDate }) => [startDate, dueDate]),
    ...assignments.flatMap(({ fromDate, toDate }) => [fromDate, toDate]),
  ];
  const calendar = (await calendarsOf(tx, []))('');
  return shiftByWorkingDays(
    calendar,
    { from, to },
    days.filter((day) => day !== null),
  );
}

/** The client of the original, which the caller did not name: so its error names the original. */
async function clientOf(tx: TenantTx, viewer: Viewer, { clientId }: ProjectRow): Promise<string> {
  return (await getVisible(tx, viewer, clients, clientId, 'Client', 'input.projectId')).id;
}

/** The people of the parts. */
function peopleOf({ tasks, taskMembers, assignments, milestoneAssignments }: ProjectParts): ReadonlySet<string> {
  const ids = [
    ...tasks.map(({ assigneeId }) => assigneeId),
    ...[...taskMembers, ...assignments, ...milestoneAssignments].map(({ profileId }) => profileId),
  ];
  return new Set(ids.filter((id) => id !== null));
}
