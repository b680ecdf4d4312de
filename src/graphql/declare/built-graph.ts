import type { GraphQLSchema } from 'graphql';

let built: GraphQLSchema | undefined;

/** Makes the graph known to use cases that check what clients store for later requests. */
export function keepGraph(schema: GraphQLSchema): GraphQLSchema {
  built = schema;
  return schema;
}

/** The graph, once it is built. */
export function builtGraph(): GraphQLSchema {
  if (!built) throw new Error('The graph is not built yet');
  return built;
}
