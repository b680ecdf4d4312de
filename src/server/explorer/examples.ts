import type { Permission } from '../../identity/permissions.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { Language } from '../../lib/language.ts';

/** An operation that the explorer offers. */
export interface Example {
  title: string;
  query: string;
}

interface Days {
  today: string;
  monday: string;
  newYear: string;
}

interface Declared {
  title: Record<Language, string>;
  needs: readonly Permission[];
  /** The optional module that it reads. */
  module?: string;
  query(days: Days): string;
}

const examples: readonly Declared[] = [
  {
    title: { en: 'Hours by client, sector and month', fr: 'Heures par client, secteur et mois' },
    needs: ['time:write-own'],
    query: ({ newYear }) => `{
  timeEntriesAggregate(
    by: [{ project: { client: { id: true, sector: true } }, workDate: MONTH }]
    where: { workDate: { gte: "${newYear}" } }
    orderBy: [{ sum: HOURS, direction: DESC }]
  ) {
    keys {
      projectKeys { client { name } clientKeys { sector } }
      month: workDate(by: MONTH)
    }
    hours: sum(of: HOURS)
  }
}`,
  },
  {
    title: { en: 'Utilisation per person', fr: 'Taux d’occupation par personne' },
    needs: ['time:write-own'],
    query: ({ newYear }) => `{
  timeEntriesAggregate(
    by: [{ profile: { id: true }, billable: true, workDate: MONTH }]
    where: { workDate: { gte: "${newYear}" } }
  ) {
    keys {
      profile { firstName lastName }
      billable
      month: workDate(by: MONTH)
    }
    hours: sum(of: HOURS)
    days: countDistinct(of: WORK_DATE)
  }
}`,
  },
  {
    title: { en: 'Who has not recorded time this week', fr: 'Qui n’a pas saisi ses heures cette semaine' },
    needs: ['people:read', 'time:read-all'],
    query: ({ monday }) => `{
  profiles(first: 100, where: { leftAt: { isNull: true }, not: { timeEntries: { workDate: { gte: "${monday}" } } } }) {
    nodes { firstName lastName email }
  }
}`,
  },
  {
    title: { en: 'Overdue tasks by project', fr: 'Tâches en retard par projet' },
    needs: ['task:read'],
    query: ({ today }) => `{
  tasksAggregate(
    groupBy: [{ project: { id: true } }]
    where: { dueDate: { lt: "${today}" }, status: { ne: DONE } }
    orderBy: [{ count: true, direction: DESC }]
  ) {
    keys { project { code name } }
    count
    oldest: minDay(of: DUE_DATE)
  }
}`,
  },
  {
    title: { en: 'Tasks finished by month', fr: 'Tâches terminées par mois' },
    needs: ['task:read'],
    query: () => `{
  tasksAggregate(groupBy: [{ completedAt: MONTH }], where: { status: { eq: DONE } }) {
    keys { month: completedAt(by: MONTH) }
    count
    projects: countDistinct(of: PROJECT)
  }
}`,
  },
  {
    title: { en: 'Most active channels', fr: 'Canaux les plus actifs' },
    needs: ['channel:read'],
    query: ({ newYear }) => `{
  messagesAggregate(
    where: { createdAt: { gte: "${newYear}T00:00:00Z" } }
    groupBy: [{ channel: { id: true } }]
    orderBy: [{ count: true, direction: DESC }]
    first: 50
  ) {
    keys { channel { name } }
    count
    people: countDistinct(of: SENDER)
  }
}`,
  },
  {
    title: { en: 'Budgets of projects', fr: 'Budgets des projets' },
    needs: ['budget:read'],
    module: 'finance',
    query: () => `{
  projectBudgets(first: 100) {
    nodes { project { code name } revision saleTotal { amount currency } estimatedCost { amount currency } }
  }
}`,
  },
];

/** Days in UTC: an example is a start, which its reader changes. */
function daysAt(now: Date): Days {
  const today = now.toISOString().slice(0, 10);
  const monday = new Date(now.getTime() - ((now.getUTCDay() + 6) % 7) * 86_400_000).toISOString().slice(0, 10);
  return { today, monday, newYear: `${today.slice(0, 4)}-01-01` };
}

/** The examples that a member may run. */
export function examplesFor(
  { permissions }: Pick<Viewer, 'permissions'>,
  modules: ReadonlySet<string>,
  language: Language,
  now: Date,
): Example[] {
  const days = daysAt(now);
  return examples
    .filter(({ needs, module }) => needs.every((each) => permissions.has(each)) && (!module || modules.has(module)))
    .map(({ title, query }) => ({ title: title[language], query: query(days) }));
}
