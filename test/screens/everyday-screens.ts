import { channel, person, project, type Screen, task } from './screen.ts';

// The web client normalizes its cache, so it asks every object for __typename and id. The mobile client pages by edges
// and cursors, as Relay does.

const face = '{ __typename id fullName avatarUrl presence }';
const pageInfo = 'pageInfo { __typename hasNextPage hasPreviousPage startCursor endCursor }';

const card = `{ __typename id name status priority position dueDate tags version assignee ${face} }`;

const message = `{
  __typename id content createdAt editedAt deletedAt version sender ${face}
  reactions(first: 10) { __typename nodes { __typename id emoji } }
}`;

const timeEntry = '{ __typename id workDate hours description status billable version';

const web: Screen[] = [
  {
    name: 'the boards of 50 projects with 100 cards each',
    query: `query Boards {
      projects(first: 50, where: { status: { eq: ACTIVE } }, orderBy: [{ field: NAME }]) {
        __typename totalCount
        nodes {
          __typename id code name
          tasks(first: 100, orderBy: [{ field: STATUS }, { field: POSITION }]) { __typename totalCount nodes ${card} }
        }
      }
    }`,
  },
  {
    name: '30 channels with their last 50 messages',
    query: `query Channels {
      channels(first: 30, orderBy: [{ field: LAST_MESSAGE_AT, direction: DESC }]) {
        __typename
        nodes {
          __typename id type name lastMessageAt unreadCount mentionCount membership { __typename id muted }
          messages(last: 50) { __typename nodes ${message} }
        }
      }
    }`,
  },
  {
    name: 'a month of a team’s time',
    query: `query TeamMonth($from: LocalDate!, $to: LocalDate!) {
      profiles(first: 30, where: { leftAt: { isNull: true } }, orderBy: [{ field: LAST_NAME }]) {
        __typename
        nodes {
          __typename id fullName avatarUrl presence
          timeEntries(first: 100, where: { workDate: { gte: $from, lte: $to } }, orderBy: [{ field: WORK_DATE }]) {
            __typename totalCount
            nodes ${timeEntry} project { __typename id code name } task { __typename id name } }
          }
        }
      }
    }`,
    variables: () => ({ from: '2025-03-01', to: '2025-03-31' }),
  },
  {
    name: 'the board of a project',
    query: `query Board($id: ID!) {
      node(id: $id) {
        __typename id
        ... on Project {
          code name status
          tasks(first: 100, orderBy: [{ field: STATUS }, { field: POSITION }]) {
            __typename totalCount
            nodes {
              __typename id name description status priority position startDate dueDate estimateDays color tags version
              assignee ${face}
              milestones(first: 3) { __typename nodes { __typename id name color } }
              checklist(first: 20) { __typename totalCount nodes { __typename id isDone } }
              comments { __typename totalCount }
              dependsOn(first: 5) { __typename nodes { __typename id status } }
            }
          }
        }
      }
    }`,
    variables: project,
  },
  {
    name: 'a task with all its parts',
    query: `query Task($id: ID!) {
      node(id: $id) {
        __typename id
        ... on Task {
          name description type status priority startDate dueDate estimateDays color tags completedAt createdAt version
          project { __typename id code name status }
          deliverable { __typename id name status }
          assignee ${face}
          creator ${face}
          checklist(first: 100) { __typename nodes { __typename id name isDone position version } }
          comments(first: 100) { __typename totalCount nodes { __typename id content createdAt editedAt version author ${face} } }
          dependsOn(first: 50) { __typename nodes { __typename id name status } }
          blocks(first: 50) { __typename nodes { __typename id name status } }
          milestones(first: 10) { __typename nodes { __typename id name dueDate } }
          timeEntries(first: 50, orderBy: [{ field: WORK_DATE, direction: DESC }]) {
            __typename totalCount nodes ${timeEntry} profile ${face} }
          }
        }
      }
    }`,
    variables: task,
  },
  {
    name: 'the open tasks of a person, the most urgent first',
    query: `query MyTasks($id: ID!) {
      tasks(
        first: 100
        where: { assigneeId: { eq: $id }, status: { ne: DONE } }
        orderBy: [{ field: DUE_DATE }, { field: PRIORITY, direction: DESC }]
      ) {
        __typename totalCount
        nodes {
          __typename id name status priority dueDate estimateDays tags version
          project { __typename id code name client { __typename id name } }
          checklist { __typename totalCount }
        }
        ${pageInfo}
      }
    }`,
    variables: person,
  },
  {
    name: 'all projects at a glance',
    query: `query Projects {
      projects(first: 100, orderBy: [{ field: START_DATE, direction: DESC }]) {
        __typename totalCount
        nodes {
          __typename id code name status startDate expectedEndDate hours version
          client { __typename id name }
          manager ${face}
          all: tasks { __typename totalCount }
          open: tasks(where: { status: { ne: DONE } }) { __typename totalCount }
          milestones(first: 10, orderBy: [{ field: DUE_DATE }]) { __typename nodes { __typename id name dueDate progress status } }
        }
        ${pageInfo}
      }
    }`,
  },
  {
    name: 'the home of a project',
    query: `query ProjectHome($id: ID!) {
      node(id: $id) {
        __typename id
        ... on Project {
          code name description status startDate expectedEndDate hours version
          client { __typename id name sector contact ${face} }
          manager ${face}
          channel { __typename id unreadCount mentionCount lastMessageAt }
          phases(first: 50) { __typename nodes { __typename id name position startDate endDate } }
          assignments(first: 100) {
            __typename nodes { __typename id role allocationPercent fromDate toDate profile ${face} }
          }
          deliverables(first: 100) { __typename nodes { __typename id name status dueDate submittedAt decidedAt } }
          incidents(first: 50, where: { status: { eq: OPEN } }) {
            __typename totalCount nodes { __typename id title severity openedAt reporter ${face} }
          }
          milestones(first: 50) {
            __typename nodes { __typename id name status progress isLate isAtRisk startDate dueDate color }
          }
          open: tasks(where: { status: { ne: DONE } }) { __typename totalCount }
        }
      }
    }`,
    variables: project,
  },
  {
    name: 'the schedule of a project as a Gantt chart',
    query: `query Gantt($id: ID!) {
      milestones(first: 100, where: { projectId: { eq: $id } }, orderBy: [{ field: START_DATE }]) {
        __typename
        nodes {
          __typename id name status progress startDate dueDate color isLate
          dependsOn(first: 20) { __typename nodes { __typename id } }
          assignees(first: 5) { __typename nodes ${face} }
          tasks(first: 50, orderBy: [{ field: START_DATE }]) {
            __typename nodes { __typename id name status startDate dueDate assignee ${face} }
          }
        }
      }
    }`,
    variables: project,
  },
  {
    name: 'the deadlines of all projects in the next weeks',
    query: `query Deadlines($from: LocalDate!, $to: LocalDate!) {
      milestones(first: 100, where: { dueDate: { gte: $from, lte: $to }, progress: { lt: 100 } }, orderBy: [{ field: DUE_DATE }]) {
        __typename totalCount
        nodes { __typename id name progress status isLate isAtRisk dueDate project { __typename id code name manager ${face} } }
      }
      deliverables(first: 100, where: { dueDate: { gte: $from, lte: $to } }, orderBy: [{ field: DUE_DATE }]) {
        __typename totalCount
        nodes { __typename id name status dueDate project { __typename id code name } }
      }
    }`,
    variables: () => ({ from: '2025-01-01', to: '2025-12-31' }),
  },
  {
    name: 'the week of a person, with the timer',
    query: `query Week($id: ID!, $from: LocalDate!, $to: LocalDate!) {
      timeEntries(
        first: 100
        where: { profileId: { eq: $id }, workDate: { gte: $from, lte: $to } }
        orderBy: [{ field: WORK_DATE }, { field: CREATED_AT }]
      ) {
        __typename
        nodes ${timeEntry} reviewNote project { __typename id code name } task { __typename id name status } }
      }
      timeEntriesAggregate(groupBy: [DAY], where: { profileId: { eq: $id }, workDate: { gte: $from, lte: $to } }) {
        __typename keys { __typename day } sum
      }
      runningTimer { __typename id startedAt description project { __typename id name } task { __typename id name } }
    }`,
    variables: (sample) => ({ ...person(sample), from: '2025-03-03', to: '2025-03-09' }),
  },
  {
    name: 'the time that waits for its review',
    query: `query Reviews($after: String) {
      timeEntries(first: 100, after: $after, where: { status: { eq: PENDING } }, orderBy: [{ field: WORK_DATE }]) {
        __typename totalCount
        nodes ${timeEntry} profile ${face} project { __typename id code name client { __typename id name } } task { __typename id name } }
        ${pageInfo}
      }
    }`,
  },
  {
    name: 'the hours of a year by project and month',
    query: `query HoursByProject($from: LocalDate!, $to: LocalDate!) {
      timeEntriesAggregate(groupBy: [PROJECT, MONTH], where: { workDate: { gte: $from, lte: $to } }) {
        __typename keys { __typename month project { __typename id code name client { __typename id name } } } count sum
      }
    }`,
    variables: () => ({ from: '2025-01-01', to: '2025-12-31' }),
  },
  {
    name: 'the dashboard of a manager',
    query: `query Dashboard($from: LocalDate!, $to: LocalDate!) {
      projects(where: { status: { eq: ACTIVE } }) { __typename totalCount }
      late: tasks(first: 20, where: { dueDate: { lt: $from }, status: { ne: DONE } }, orderBy: [{ field: DUE_DATE }]) {
        __typename totalCount nodes { __typename id name dueDate assignee ${face} project { __typename id name } }
      }
      incidents(first: 20, where: { status: { eq: OPEN } }, orderBy: [{ field: SEVERITY, direction: DESC }]) {
        __typename totalCount nodes { __typename id title severity openedAt project { __typename id name } }
      }
      byPerson: timeEntriesAggregate(groupBy: [PROFILE], where: { workDate: { gte: $from, lte: $to } }) {
        __typename keys { __typename profile ${face} } sum
      }
      byState: timeEntriesAggregate(groupBy: [STATUS], where: { workDate: { gte: $from, lte: $to } }) {
        __typename keys { __typename status } count sum
      }
      runningTimers(first: 50) { __typename totalCount nodes { __typename id startedAt profile ${face} project { __typename id name } } }
    }`,
    variables: () => ({ from: '2025-06-01', to: '2025-06-30' }),
  },
  {
    name: 'the people with what they work on',
    query: `query People($day: LocalDate!) {
      profiles(first: 100, where: { leftAt: { isNull: true } }, orderBy: [{ field: LAST_NAME }, { field: FIRST_NAME }]) {
        __typename totalCount
        nodes {
          __typename id fullName firstName lastName email phone avatarUrl presence lastSeenAt isMember
          manager { __typename id fullName }
          assignments(first: 10, where: { or: [{ toDate: { gte: $day } }, { toDate: { isNull: true } }] }) {
            __typename nodes { __typename id role allocationPercent fromDate toDate project { __typename id code name } }
          }
        }
      }
    }`,
    variables: () => ({ day: '2025-06-01' }),
  },
  {
    name: 'a person',
    query: `query Person($id: ID!) {
      node(id: $id) {
        __typename id
        ... on Profile {
          fullName email phone avatarUrl presence lastSeenAt leftAt isMember hours version
          manager ${face}
          reports(first: 50) { __typename nodes ${face} }
          managedProjects(first: 50) { __typename nodes { __typename id code name status } }
          assignments(first: 50) { __typename nodes { __typename id role allocationPercent fromDate toDate project { __typename id code name } } }
          tasks(first: 50, where: { status: { ne: DONE } }) { __typename totalCount nodes { __typename id name status dueDate } }
          timeEntries(first: 50, orderBy: [{ field: WORK_DATE, direction: DESC }]) {
            __typename nodes ${timeEntry} project { __typename id code name } }
          }
        }
      }
    }`,
    variables: person,
  },
  {
    name: 'the clients with their projects',
    query: `query Clients {
      clients(first: 100, orderBy: [{ field: NAME }]) {
        __typename totalCount
        nodes {
          __typename id name sector mainContact version contact ${face}
          projects(first: 20, orderBy: [{ field: START_DATE, direction: DESC }]) {
            __typename totalCount nodes { __typename id code name status startDate expectedEndDate }
          }
        }
      }
    }`,
  },
  {
    name: 'what is found for some words',
    query: `query Search($words: String!) {
      tasks(first: 20, where: { search: $words }) {
        __typename totalCount nodes { __typename id name status assignee ${face} project { __typename id name } }
      }
      messages(first: 20, where: { search: $words }) {
        __typename totalCount nodes { __typename id content createdAt sender ${face} channel { __typename id name } }
      }
      projects(first: 10, where: { name: { contains: $words } }) { __typename nodes { __typename id code name } }
      profiles(first: 10, where: { lastName: { startsWith: $words } }) { __typename nodes ${face} }
    }`,
    variables: () => ({ words: 'drawings' }),
  },
];

const mobile: Screen[] = [
  {
    name: 'the home of the mobile client',
    query: `query HomeQuery($id: ID!) {
      tasks(first: 20, where: { assigneeId: { eq: $id }, status: { ne: DONE } }, orderBy: [{ field: DUE_DATE }]) {
        edges { cursor node { __typename id name dueDate priority status project { name id } } }
        ${pageInfo}
      }
      channels(first: 20, where: { archivedAt: { isNull: true } }, orderBy: [{ field: LAST_MESSAGE_AT, direction: DESC }]) {
        edges {
          cursor
          node {
            __typename id name type unreadCount mentionCount
            lastMessage { id content createdAt sender { id firstName avatarUrl } }
          }
        }
        ${pageInfo}
      }
      runningTimer { id startedAt project { id name } }
    }`,
    variables: person,
  },
  {
    name: 'a channel, from its end',
    query: `query ChannelQuery($id: ID!, $count: Int!, $before: String) {
      node(id: $id) {
        __typename id
        ... on Channel {
          name description unreadCount
          membership { id lastReadAt muted }
          messages(last: $count, before: $before) {
            edges {
              cursor
              node {
                __typename id content createdAt editedAt deletedAt replyCount lastReplyAt
                sender { id fullName avatarUrl }
                attachments { id name url mediaType }
                mentions(first: 10) { edges { node { id fullName } } }
                reactions(first: 50) { edges { node { id emoji profile { id firstName } } } }
              }
            }
            ${pageInfo}
          }
        }
      }
    }`,
    variables: (sample) => ({ ...channel(sample), count: 50 }),
  },
  {
    name: 'the boards of 50 projects on a tablet',
    query: `query BoardsQuery {
      projects(first: 50) {
        edges {
          cursor
          node {
            __typename id name
            tasks(first: 100, orderBy: [{ field: STATUS }, { field: POSITION }]) {
              edges { cursor node { __typename id name status priority position dueDate assignee { id firstName avatarUrl } } }
            }
          }
        }
        ${pageInfo}
      }
    }`,
  },
];

/**
 * To be extended with every module that has screens: a test holds each to the limits of a server with default settings.
 */
export const everydayScreens: readonly Screen[] = [...web, ...mobile];
