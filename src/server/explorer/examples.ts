import type { Permission } from '../../identity/permissions.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { Language } from '../../lib/language.ts';

/** An operation that the explorer offers. */
export interface Example {
  title: string;
  query: string;
}

interface Declared {
  title: Record<Language, string>;
  needs: readonly Permission[];
  /** The optional module that it reads. */
  module?: string;
  query: string;
}

const examples: readonly Declared[] = [
  {
    title: { en: 'Hours by client, sector and month', fr: 'Heures par client, secteur et mois' },
    needs: ['time:write-own'],
    query: `{
  timeEntriesAggregate(
    by: [{ project: { client: { id: true, sector: true } }, workDate: MONTH }]
    where: { workDate: { within: { unit: YEAR } } }
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
    query: `{
  timeEntriesAggregate(
    by: [{ profile: { id: true }, billable: true, workDate: MONTH }]
    where: { workDate: { within: { unit: YEAR } } }
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
    query: `{
  profiles(first: 100, where: { leftAt: { isNull: true }, not: { timeEntries: { workDate: { within: { unit: WEEK } } } } }) {
    nodes { firstName lastName email }
  }
}`,
  },
  {
    title: { en: 'Overdue tasks by project', fr: 'Tâches en retard par projet' },
    needs: ['task:read'],
    query: `{
  tasksAggregate(
    groupBy: [{ project: { id: true } }]
    where: { dueDate: { before: { unit: DAY } }, status: { ne: DONE } }
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
    query: `{
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
    query: `{
  messagesAggregate(
    where: { createdAt: { within: { unit: YEAR } } }
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
    query: `{
  projectBudgets(first: 100) {
    nodes { project { code name } revision saleTotal { amount currency } estimatedCost { amount currency } }
  }
}`,
  },
];

/** The examples that a member may run. */
export function examplesFor(
  { permissions }: Pick<Viewer, 'permissions'>,
  modules: ReadonlySet<string>,
  language: Language,
): Example[] {
  return examples
    .filter(({ needs, module }) => needs.every((each) => permissions.has(each)) && (!module || modules.has(module)))
    .map(({ title, query }) => ({ title: title[language], query }));
}
