import type { ErrorCode } from '../../src/lib/errors.ts';
import { jsonRequest, type Request } from '../contenders/contender.ts';
import type { BenchTenant } from '../data/dataset.ts';

/** One kind of request at a limit, or far beyond it. */
export interface WorstInput {
  name: string;
  title: string;
  /** What to send, over and over. They differ only where a cache would otherwise answer the second. */
  requests(member: BenchTenant): Request[];
  /** What comes back: data, or the code of the refusal. */
  answer: 'data' | ErrorCode;
  /** A statement that takes back what it has written. */
  undo?: string;
}

const times = (count: number, text: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ');
const id = (type: string, uuid: string): string => `${type}:${uuid}`;

/** One operation that is sent as often as wanted. */
const operation =
  (query: string, variables: (member: BenchTenant) => object = () => ({})): WorstInput['requests'] =>
  (member) => [jsonRequest('/graphql', member, { query, variables: variables(member) })];

/** The same document with different comments: the server does not know any of them, so it parses and validates each. */
const newDocuments =
  (query: string): WorstInput['requests'] =>
  (member) =>
    Array.from({ length: 300 }, (_, n) => jsonRequest('/graphql', member, { query: `# ${n}\n${query}` }));

const tasksWhere = 'query ($where: TaskFilter) { tasks(first: 100, where: $where) { nodes { id } totalCount } }';
const filteredTasks = (where: (member: BenchTenant) => object) =>
  operation(tasksWhere, (member) => ({ where: where(member) }));

/** The longest message. */
const worstWords = 'worst '.repeat(3_333).trim();

/** Patterns that are found nowhere, and whose parts are found often. */
const pattern = (n = 0): string => `${'e '.repeat(98)}${n % 10}x`;

export const worstInputs: readonly WorstInput[] = [
  {
    name: 'text',
    title: '`contains` with 100,000 characters',
    answer: 'BAD_INPUT',
    requests: filteredTasks(() => ({ name: { contains: 'e'.repeat(100_000) } })),
  },
  {
    name: 'filters',
    title: '`or` of 99 filters, each of two `contains` with 200 characters',
    answer: 'data',
    requests: filteredTasks(() => ({
      or: Array.from({ length: 99 }, (_, n) => ({
        description: { contains: pattern(n) },
        name: { contains: pattern(n) },
      })),
    })),
  },
  {
    name: 'levels',
    title: 'a filter through ten relations, there and back',
    answer: 'data',
    requests: filteredTasks(() =>
      [...'0123'].reduce<object>((where) => ({ project: { tasks: where } }), { name: { contains: pattern() } }),
    ),
  },
  {
    name: 'values',
    title: '`in` with 1,000 ids',
    answer: 'data',
    requests: filteredTasks(({ sample }) => ({
      assigneeId: {
        in: Array.from({ length: 1_000 }, (_, n) => id('Profile', sample.people[n % sample.people.length]!)),
      },
    })),
  },
  {
    name: 'search',
    title: 'a search for 160 words',
    answer: 'data',
    requests: operation(
      'query ($query: String!) { searchMessages(first: 100, query: $query) { nodes { id } totalCount } }',
      () => ({
        query: times(160, (n) => `w${n % 10}`),
      }),
    ),
  },
  {
    name: 'cost',
    title: 'lists of 10,000 values',
    answer: 'data',
    requests: operation(
      `{ projects(first: 15) { nodes { id name tasks(first: 14) { nodes { id name description
        timeEntries(first: 10) { nodes { id hours description } } } } } } }`,
    ),
  },
  {
    name: 'boards',
    title: 'the dearest lists that one operation may ask for',
    answer: 'data',
    requests: operation(
      `{ projects(first: 40) { nodes { id name tasks(first: 30) { nodes { id name description
        timeEntries(first: 17) { nodes { id hours description } } } } } } }`,
    ),
  },
  {
    name: 'report',
    title: 'sums over all hours by project, task, person and day',
    answer: 'data',
    requests: operation(
      '{ timeEntriesAggregate(limit: 10000, groupBy: [PROJECT, TASK, PROFILE, DAY]) { count sum avg min max } }',
    ),
  },
  {
    name: 'fragments',
    title: '490 fragments, each spread everywhere',
    answer: 'TOO_COMPLEX',
    requests: newDocuments(
      `{ ${times(490, (n) => `...F${n}`)} } ${times(490, (n) => `fragment F${n} on Query { ...F${Math.min(n + 1, 489)} }`)}`,
    ),
  },
  {
    name: 'overlaps',
    title: 'one field 140 times, with three levels below it',
    answer: 'TOO_COMPLEX',
    requests: newDocuments(`{ ${'a: tasks { nodes { b: assignee { c: manager { id } } } } '.repeat(140)} }`),
  },
  {
    name: 'validated',
    title: '4,000 fields of other names, all of which are validated',
    answer: 'TOO_COMPLEX',
    requests: newDocuments(`{ profiles(first: 1) { nodes { ${times(2_400, (n) => `a${n}: firstName`)} } } }`),
  },
  {
    name: 'body',
    title: 'variables of a megabyte, which nest 5,000 levels',
    answer: 'TOO_COMPLEX',
    requests: (member) => [
      {
        ...jsonRequest('/graphql', member, {}),
        body: `{"query":"{ viewer { role } }","variables":{"a":${'['.repeat(5_000)}${']'.repeat(5_000)},"b":"${'x'.repeat(1_000_000)}"}}`,
      },
    ],
  },
  {
    name: 'messages',
    title: 'messages of 20,000 characters',
    answer: 'data',
    requests: operation(
      'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { lastEventId } }',
      ({ sample }) => ({ input: { channelId: id('Channel', sample.channels[0]!), content: worstWords } }),
    ),
    undo: `delete from messages where content = '${worstWords}'`,
  },
  {
    name: 'bulk',
    title: 'changes of 200 tasks at once',
    answer: 'data',
    requests: ({ sample, ...member }) =>
      ['HIGH', 'LOW'].map((priority) =>
        jsonRequest(
          '/graphql',
          { sample, ...member },
          {
            query: 'mutation ($input: UpdateTasksInput!) { updateTasks(input: $input) { lastEventId } }',
            variables: { input: { tasks: sample.tasks.map((task) => ({ id: id('Task', task.id), priority })) } },
          },
        ),
      ),
  },
  {
    name: 'timer',
    title: 'timers that began in the year 1500',
    answer: 'BAD_INPUT',
    requests: operation(
      'mutation ($input: StartTimerInput!) { startTimer(input: $input) { lastEventId } }',
      ({ sample }) => ({ input: { projectId: id('Project', sample.projects[0]!), startedAt: '1500-01-01T00:00:00Z' } }),
    ),
  },
  {
    name: 'password',
    title: 'wrong passwords',
    answer: 'INVALID_CREDENTIALS',
    requests: () => [
      {
        path: '/graphql',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query:
            'mutation { signIn(input: { email: "bench-0001@bench.test", password: "a wrong password" }) { tokens { accessToken } } }',
        }),
      },
    ],
  },
];
