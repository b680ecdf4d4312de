import { encodeGlobalId } from '../../src/graphql/declare/global-id.ts';
import type { Sample } from '../data/sample.ts';
import { pick, type Random } from '../operations/operation.ts';

/** One of many documents that clients could have: reads that differ in the fields they ask for, and so in their SQL. */
export interface BenchDocument {
  text: string;
  /** Variables of a request for something of a tenant; ids as the graph writes them. */
  variables(sample: Sample, random: Random): Record<string, string>;
}

interface Shape {
  document(name: string, fields: string): string;
  /** What a document may or may not ask for: each subset makes another one. */
  optional: readonly string[];
  variables: BenchDocument['variables'];
}

const person = '{ id firstName lastName }';
const ofProject: BenchDocument['variables'] = ({ boards }, random) => ({
  project: encodeGlobalId('Project', pick(boards, random)),
});

const shapes: readonly Shape[] = [
  {
    document: (name, fields) => `query ${name}($project: ID!) {
  node(id: $project) {
    ... on Project { id code name status ${fields} }
  }
}`,
    optional: [
      'description',
      'startDate',
      'expectedEndDate',
      'createdAt',
      'updatedAt',
      'version',
      'client { id name }',
      `manager ${person}`,
    ],
    variables: ofProject,
  },
  {
    document: (name, fields) => `query ${name}($project: ID!) {
  node(id: $project) {
    ... on Project {
      id
      name
      tasks(first: 50, orderBy: [{ field: STATUS }, { field: POSITION }]) {
        nodes { id name status ${fields} }
      }
    }
  }
}`,
    optional: [
      'priority',
      'dueDate',
      'startDate',
      'type',
      'tags',
      'estimateDays',
      `assignee ${person}`,
      'milestones(first: 1) { nodes { id name } }',
    ],
    variables: ofProject,
  },
  {
    document: (name, fields) => `query ${name}($channel: ID!) {
  node(id: $channel) {
    ... on Channel {
      id
      name
      messages(last: 50) {
        edges { cursor node { id content createdAt ${fields} } }
        pageInfo { hasPreviousPage startCursor }
      }
    }
  }
}`,
    optional: [
      'editedAt',
      'deletedAt',
      'updatedAt',
      'version',
      'replyCount',
      'lastReplyAt',
      `sender ${person}`,
      'reactions(first: 10) { nodes { id emoji } }',
    ],
    variables: ({ channels }, random) => ({ channel: encodeGlobalId('Channel', pick(channels, random)) }),
  },
  {
    document: (name, fields) => `query ${name}($project: ID!) {
  node(id: $project) {
    ... on Project {
      id
      name
      milestones(first: 20, orderBy: [{ field: DUE_DATE }]) {
        nodes { id name dueDate ${fields} }
      }
    }
  }
}`,
    optional: [
      'description',
      'startDate',
      'status',
      'priority',
      'progress',
      'completedAt',
      'color',
      'tasks(first: 10) { nodes { id name status } }',
    ],
    variables: ofProject,
  },
];

/** How many there can be. */
export const mostDocuments = shapes.length * 2 ** 8;

/** So many documents of which no two ask for the same: in turn a project, its board, a channel, its milestones. */
export function documents(count: number): BenchDocument[] {
  return Array.from({ length: count }, (_, n) => {
    const shape = shapes[n % shapes.length]!;
    const subset = Math.floor(n / shapes.length);
    const fields = shape.optional.filter((_, place) => subset & (1 << place)).join(' ');
    return { text: shape.document(`Read${n}`, fields), variables: shape.variables };
  });
}
