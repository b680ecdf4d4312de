import { getColumns, type Table } from 'drizzle-orm';
import type { GraphQLSchema } from 'graphql';
import { encodeGlobalId } from '../../graphql/declare/global-id.ts';
import { modelOf } from '../../graphql/declare/references.ts';
import { relations } from '../../relations.ts';
import type { EventMetadata } from './tables.ts';

type TypeOfColumn = ReadonlyMap<string, string>;

interface AnyRelation {
  relationType: 'one' | 'many';
  sourceColumns: unknown[];
  targetTableName: string;
}

const known = new WeakMap<GraphQLSchema, Map<string, TypeOfColumn>>();

/** A row's values in an event, with every id as a global id. */
export function withGlobalIds(schema: GraphQLSchema, resourceType: string, values: EventMetadata): EventMetadata {
  const types = typesOf(schema, resourceType);
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => {
      const type = types.get(column);
      return [column, type !== undefined && typeof value === 'string' ? encodeGlobalId(type, value) : value];
    }),
  );
}

function typesOf(schema: GraphQLSchema, resourceType: string): TypeOfColumn {
  const ofSchema = known.get(schema) ?? new Map<string, TypeOfColumn>();
  known.set(schema, ofSchema);
  const types = ofSchema.get(resourceType) ?? readTypes(schema, resourceType);
  ofSchema.set(resourceType, types);
  return types;
}

/**
 * The object type of each id column of a type's table: the type itself, or the target of a relation from that column.
 */
function readTypes(schema: GraphQLSchema, resourceType: string): TypeOfColumn {
  const model = modelOf(schema, resourceType);
  if (!model) return new Map([['id', resourceType]]);
  const config = relations[model];
  const names = new Map(Object.entries(getColumns(config.table as Table)).map(([name, column]) => [column, name]));
  const typenames = new Map(
    Object.keys(schema.getTypeMap()).map((typename) => [modelOf(schema, typename) as string | undefined, typename]),
  );
  const types = new Map([['id', resourceType]]);
  for (const relation of Object.values(config.relations as Record<string, AnyRelation>)) {
    const [source, ...others] = relation.sourceColumns;
    const target = typenames.get(relation.targetTableName);
    const name = names.get(source as never);
    // A relation from the row's own id leads to rows that refer to it, such as from projects.id to a project's channel
    if (relation.relationType === 'one' && !others.length && target && name && name !== 'id') types.set(name, target);
  }
  return types;
}
