import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';

/** The graph as the schema document that is committed: sorted, so that a change of order is no change. */
export const printGraph = (schema: GraphQLSchema): string => `${printSchema(lexicographicSortSchema(schema))}\n`;
