import type { AdminTx } from '../../src/db/admin.ts';
import { quoteIdentifier } from '../../src/db/identifier.ts';
import type { Tenant } from '../../src/tenancy/tenant.ts';
import { clients, milestonesPerProject, people, type TenantSize } from './sizes.ts';

/** First day of the recorded work, and how many days it spans. What the benchmark itself records lies after them. */
export const firstDay = '2025-01-01';
export const days = 730;
export const firstOwnDay = '2027-01-01';

/** Every row is computed from its number, so each data set of a size holds the same values; ids alone differ. */
const statements = ({ projects, tasks, timeEntries, messages }: TenantSize): string[] => [
  `insert into profiles (id, first_name, last_name, email)
   select uuidv7(), 'Person', lpad(n::text, 3, '0'), 'person' || n || '@bench.test' from generate_series(1, ${people}) n`,

  `insert into clients (id, name, sector)
   select uuidv7(), 'Client ' || lpad(n::text, 3, '0'), 'Construction' from generate_series(1, ${clients}) n`,

  `insert into projects (id, client_id, manager_id, name, code, description, start_date, expected_end_date)
   select uuidv7(), c.ids[1 + n % ${clients}], p.ids[1 + n % ${people}], 'Project ' || lpad(n::text, 4, '0'),
     'P' || lpad(n::text, 4, '0'), 'What project ' || n || ' is about, in one sentence.',
     date '${firstDay}' + n, date '${firstDay}' + ${days} - n
   from generate_series(1, ${projects}) n, (${idsOf('clients', 'name')}) c, (${idsOf('profiles', 'last_name')}) p`,

  `insert into milestones (id, project_id, name, start_date, due_date, progress_mode, progress)
   select uuidv7(), p.id, 'Milestone ' || n, p.start_date, p.start_date + n * 60, 'MANUAL', n * 20
   from projects p, generate_series(1, ${milestonesPerProject}) n`,

  // The first half of the projects gets three tasks of four.
  `insert into tasks (id, project_id, assignee_id, name, description, estimate_days, due_date, status, priority, rank, completed_at)
   select uuidv7(), p.ids[1 + case when n % 4 < 3 then (n / 4) % ${half(projects)} else ${half(projects)} + (n / 4) % ${projects - half(projects)} end],
     w.ids[1 + (n * 7) % ${people}], 'Task ' || lpad(n::text, 5, '0'), 'What task ' || n || ' is about, in one sentence.',
     (n % 20)::numeric / 2, date '${firstDay}' + (n * 11) % ${days}, s.status, (array['LOW', 'MEDIUM', 'HIGH', 'URGENT'])[1 + (n / 5) % 4],
     'V' || lpad(n::text, 6, '0') || 'V', case when s.status = 'DONE' then timestamptz '${firstDay}' end
   from generate_series(1, ${tasks}) n, (${idsOf('projects', 'code')}) p, (${idsOf('profiles', 'last_name')}) w,
     lateral (select (array['TODO', 'IN_PROGRESS', 'IN_REVIEW', 'DONE'])[1 + (n / 3) % 4] as status) s`,

  `insert into milestone_tasks (id, milestone_id, task_id)
   select uuidv7(), m.ids[1 + t.place % ${milestonesPerProject}], t.id
   from (select id, project_id, row_number() over (partition by project_id order by name) as place from tasks) t
   join (select project_id, array_agg(id order by name) as ids from milestones group by project_id) m using (project_id)`,

  `insert into time_entries (id, project_id, task_id, profile_id, work_date, hours, description, created_at, updated_at)
   select uuidv7(), t.project_id, t.id, p.ids[1 + (n * 3) % ${people}], date '${firstDay}' + (n * 13) % ${days},
     (1 + n % 32)::numeric / 4, 'Work number ' || n, timestamptz '${firstDay}' + n * interval '1 minute', timestamptz '${firstDay}'
   from generate_series(1, ${timeEntries}) n
   join (select id, project_id, row_number() over (order by name) as place from tasks) t on t.place = 1 + n % ${tasks},
     (${idsOf('profiles', 'last_name')}) p`,

  `insert into channels (id, type, name, project_id, last_message_at)
   select uuidv7(), 'PROJECT', name, id, timestamptz '${firstOwnDay}' from projects`,

  `insert into messages (id, channel_id, sender_id, content, created_at, updated_at)
   select uuidv7(), c.ids[1 + n % ${projects}], p.ids[1 + (n * 3) % ${people}],
     'Message number ' || n || ': the drawings of the second floor are ready, can somebody look at them before noon?',
     timestamptz '${firstDay}' + n * interval '1 minute', timestamptz '${firstDay}'
   from generate_series(1, ${messages}) n, (${idsOf('channels', 'name')}) c, (${idsOf('profiles', 'last_name')}) p`,

  `insert into message_reactions (id, message_id, profile_id, emoji, created_at)
   select uuidv7(), m.id, p.ids[1 + (m.place + r) % ${people}], (array['👍', '🎉', '👀'])[r], m.created_at + r * interval '1 second'
   from (select id, created_at, row_number() over (order by created_at) as place from messages) m
   join generate_series(1, 3) r on r <= m.place % 4, (${idsOf('profiles', 'last_name')}) p`,
];

/** The tables that it fills. */
export const seededTables = [
  'profiles',
  'clients',
  'projects',
  'milestones',
  'tasks',
  'milestone_tasks',
  'time_entries',
  'channels',
  'messages',
  'message_reactions',
];

const half = (n: number): number => Math.floor(n / 2);
const idsOf = (table: string, order: string): string => `select array_agg(id order by ${order}) as ids from ${table}`;

/** Fills an empty tenant, as the owner of its tables. The caller commits: a tenant is seeded or empty. */
export async function seedTenant(
  tx: AdminTx,
  tenant: Pick<Tenant, 'schemaName'>,
  owner: string,
  size: TenantSize,
): Promise<void> {
  await tx.run(`set local search_path = ${quoteIdentifier(tenant.schemaName)}, extensions`);
  await tx.run(`set local role ${quoteIdentifier(owner)}`);
  // Older servers cannot make ids that sort by time.
  const [{ newId } = { newId: '' }] = await tx.run<{ newId: string }>(
    `select case when to_regproc('uuidv7') is null then 'gen_random_uuid()' else 'uuidv7()' end as "newId"`,
  );
  for (const statement of statements(size)) await tx.run(statement.replaceAll('uuidv7()', newId));
}
