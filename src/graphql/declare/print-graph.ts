import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';

/** The graph as the committed schema document. Sorted, so that it does not depend on the order of declarations. */
export const printGraph = (schema: GraphQLSchema): string => `${printSchema(lexicographicSortSchema(schema))}\n`;
