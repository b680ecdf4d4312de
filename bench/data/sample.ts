import { type SQL, sql } from 'drizzle-orm';
import type { TenantDb } from '../../src/tenancy/tenant-session.ts';

/** Rows of one tenant that requests ask for; uuids. */
export interface Sample {
  projects: string[];
  /** Projects with more tasks than a page of the board. */
  boards: string[];
  tasks: { id: string; projectId: string }[];
  people: string[];
  channels: string[];
}

const tasksAtMost = 200;

/** Picks the rows, in an order that does not depend on their ids. */
export async function readSample(db: TenantDb): Promise<Sample> {
  const ids = async (query: SQL): Promise<string[]> => {
    const rows = await db.execute<{ id: string }>(query);
    return rows.map(({ id }) => id);
  };
  const tasks = await db.execute<{ id: string; projectId: string }>(
    sql`select id, project_id as "projectId" from tasks order by name limit ${tasksAtMost}`,
  );
  return {
    projects: await ids(sql`select id from projects order by code`),
    boards: await ids(sql`select p.id from projects p join tasks t on t.project_id = p.id group by p.id, p.code
      having count(*) >= (select count(*) / (select count(*) from projects) from tasks) order by p.code`),
    tasks: tasks.map(({ id, projectId }) => ({ id, projectId })),
    people: await ids(
      sql`select id from profiles where email like '%@bench.test' and user_id is null order by last_name`,
    ),
    channels: await ids(sql`select id from channels where type = 'PROJECT' order by name`),
  };
}
