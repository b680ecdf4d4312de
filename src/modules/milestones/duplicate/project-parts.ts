import { and, eq, type InferSelectModel, inArray, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { guardDb } from '../../../access/guarded-db.ts';
import type { Viewer } from '../../../identity/viewer.ts';
import { AppError } from '../../../lib/errors.ts';
import type { TenantTx } from '../../../tenancy/tenant-session.ts';
import { deliverables, projectAssignments, projectPhases } from '../../projects/tables.ts';
import { checklistItems, labels, taskDependencies, taskLabels, taskMembers, tasks } from '../../tasks/tables.ts';
import { milestoneAssignments, milestoneDependencies, milestones, milestoneTasks } from '../tables.ts';

/** Most parts of a project that is duplicated: tasks, their links, and so on. */
export const mostParts = 5_000;
/** Most characters in the descriptions of its parts and the tags of its tasks together. */
const mostText = 5_000_000;

/**
 * What a project consists of, as far as the viewer sees it. Links may lead to rows that are not among the parts, which
 * other transactions have just added or removed. Throws INVALID_STATE for too many parts.
 */
export async function readParts(tx: TenantTx, viewer: Viewer, projectId: string, withPeople: boolean) {
  await requireRoomForText(tx, projectId);
  let room = mostParts;
  /** The visible rows of a table in the order of their creation, or of a junction, which has no rule of its own. */
  async function read<T extends PgTable>(table: T, where: SQL | undefined): Promise<InferSelectModel<T>[]> {
    const { id, createdAt } = table as unknown as Record<string, PgColumn>;
    const rows = await guardDb(tx, viewer)
      .select()
      .from(table as PgTable)
      .where(where)
      .orderBy(id ?? createdAt!)
      .limit(room + 1);
    room -= rows.length;
    if (room >= 0) return rows as InferSelectModel<T>[];
    throw tooLarge(`Only projects with at most ${mostParts} parts can be duplicated`);
  }
  const people = <T extends PgTable>(table: T, where: SQL | undefined) => (withPeople ? read(table, where) : []);
  const ofTasks = sql`in (select id from ${tasks} where project_id = ${projectId})`;
  const ofMilestones = sql`in (select id from ${milestones} where project_id = ${projectId})`;
  const its = <T extends { projectId: unknown }>(table: T) => eq(table.projectId as never, projectId);
  const links = await read(taskLabels, sql`${taskLabels.taskId} ${ofTasks}`);
  const used = links.map(({ labelId }) => labelId);
  return {
    taskLabels: links,
    labels: await read(labels, or(its(labels), and(isNull(labels.projectId), inArray(labels.id, used)))),
    phases: await read(projectPhases, its(projectPhases)),
    deliverables: await read(deliverables, its(deliverables)),
    tasks: await read(tasks, its(tasks)),
    taskDependencies: await read(taskDependencies, sql`${taskDependencies.taskId} ${ofTasks}`),
    checklistItems: await read(checklistItems, sql`${checklistItems.taskId} ${ofTasks}`),
    milestones: await read(milestones, its(milestones)),
    milestoneTasks: await read(milestoneTasks, sql`${milestoneTasks.milestoneId} ${ofMilestones}`),
    milestoneDependencies: await read(milestoneDependencies, sql`${milestoneDependencies.milestoneId} ${ofMilestones}`),
    assignments: await people(projectAssignments, its(projectAssignments)),
    taskMembers: await people(taskMembers, sql`${taskMembers.taskId} ${ofTasks}`),
    milestoneAssignments: await people(milestoneAssignments, sql`${milestoneAssignments.milestoneId} ${ofMilestones}`),
  };
}

export type ProjectParts = Awaited<ReturnType<typeof readParts>>;

async function requireRoomForText(tx: TenantTx, projectId: string): Promise<void> {
  const text = [tasks, milestones, deliverables, labels].map(
    (table) => sql`(select coalesce(sum(length(description)), 0) from ${table} where project_id = ${projectId})`,
  );
  text.push(sql`(select coalesce(sum(length(${tasks.tags}::text)), 0) from ${tasks} where project_id = ${projectId})`);
  const [found] = await tx.execute<{ fits: boolean }>(sql`select ${sql.join(text, sql` + `)} <= ${mostText} as fits`);
  if (!found!.fits) throw tooLarge(`Only descriptions and tags of ${mostText} characters together can be duplicated`);
}

const tooLarge = (message: string): AppError => new AppError('INVALID_STATE', message, { field: 'input.projectId' });
