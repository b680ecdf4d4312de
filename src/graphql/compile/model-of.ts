import type { GraphQLObjectType } from 'graphql';
import type { TableName } from '../../access/row-rules.ts';

/** The table whose rows a type shows. */
export const modelOf = (type: GraphQLObjectType): TableName | undefined =>
  type.extensions.pothosDrizzleModel as TableName | undefined;
