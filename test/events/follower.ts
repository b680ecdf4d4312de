import { getColumns, type Table } from 'drizzle-orm';
import { guardDb } from '../../src/access/guarded-db.ts';
import { changedTypes } from '../../src/modules/events/changes/changed-types.ts';
import { relations } from '../../src/relations.ts';
import { schema } from '../../src/schema.ts';
import type { Member } from '../support/world.ts';
import { viewerOf } from './support.ts';

type Objects = Map<string, number | null>;

const versioned = Object.values(schema.getTypeMap()).flatMap((type) =>
  'getInterfaces' in type && type.getInterfaces().some(({ name }) => name === 'Node') && 'version' in type.getFields()
    ? [type.name]
    : [],
);

const changesField = `changes(after: $after, types: $types, first: $first) {
    changed { clientMutationIds node { __typename id ${versioned.map((name) => `... on ${name} { ${name}: version }`).join(' ')} } }
    removed { id clientMutationIds } cursor hasMore
  }`;
const variables = '($after: String, $types: [String!], $first: Int)';
export const changesQuery = `query ${variables} { ${changesField} }`;
export const changesSubscription = `subscription ${variables} { ${changesField} }`;

interface Changed {
  changed: { node: Record<string, number> & { id: string; __typename: string } }[];
  removed: { id: string }[];
  cursor: string;
}

/** Every object that the member sees, with its version, as the row rules decide. */
export async function visibleObjects(member: Member): Promise<Objects> {
  const viewer = await viewerOf(member);
  const { binding } = member.company.world.app;
  return binding.read(member.company.tenant, async (db) => {
    const found: Objects = new Map();
    for (const { typename, table } of changedTypes(viewer, undefined)) {
      const rows = (await guardDb(db, viewer).query[table].findMany({})) as { id: string; version?: number }[];
      const counted = 'version' in getColumns(relations[table].table as Table) && versioned.includes(typename);
      for (const { id, version } of rows) found.set(`${typename}:${id}`, counted ? version! : null);
    }
    return found;
  });
}

/** A client that keeps a copy of everything that its member sees. */
export class Follower {
  readonly member: Member;
  objects: Objects = new Map();
  reloads = 0;
  cursor = '';

  constructor(member: Member) {
    this.member = member;
  }

  async load(): Promise<void> {
    this.cursor = (await this.member.ok('{ changes { cursor } }')).changes.cursor;
    this.objects = await visibleObjects(this.member);
  }

  /** Applies the changes up to now. */
  async follow(first = 7): Promise<void> {
    for (let more = true; more; ) {
      const { data, errors } = await this.member.graphql(changesQuery, { after: this.cursor, first });
      if (errors[0]?.extensions.code === 'CURSOR_EXPIRED') {
        this.reloads++;
        return this.load();
      }
      if (errors.length) throw new Error(JSON.stringify(errors));
      this.apply(data.changes);
      more = data.changes.hasMore;
    }
  }

  protected apply({ changed, removed, cursor }: Changed): void {
    for (const { id } of removed) this.objects.delete(id);
    for (const { node } of changed) this.objects.set(node.id, node[node.__typename] ?? null);
    this.cursor = cursor;
  }
}
