import { setImmediate as nextLoop } from 'node:timers/promises';
import { type GraphQLSchema, resolveSchemaCoordinate } from 'graphql';
import type { Catalog } from '../../tenancy/catalog.ts';
import type { GraphLimits } from '../limits/complexity.ts';
import { documentsInUse } from './client-versions.ts';
import { inspectDocument } from './inspect-document.ts';

/** A registered document that a graph could not run. */
export interface BrokenDocument {
  client: string;
  version: string;
  lastUsedAt: Date | null;
  organizationId: string | null;
  documentId: string;
  operations: string[];
  /** The schema coordinates that the document uses and the graph does not have. */
  missing: string[];
  /** The error that a request would get. */
  message: string;
}

/**
 * The documents that the graph could not run, once for each version that has them and is not retired. `owner` null:
 * those of the installation; absent: those of all owners.
 */
export async function findBrokenDocuments(
  catalog: Catalog,
  { schema, limits, owner }: { schema: GraphQLSchema; limits: GraphLimits; owner?: string | null | undefined },
): Promise<BrokenDocument[]> {
  const broken: BrokenDocument[] = [];
  for await (const { document, coordinates, documentId, operations, organizationId, versions } of documentsInUse(
    catalog,
    owner,
  )) {
    await nextLoop();
    const message = problemOf(schema, document, limits);
    if (message === undefined) continue;
    const missing = coordinates.filter((coordinate) => !exists(schema, coordinate));
    for (const version of versions)
      broken.push({ ...version, organizationId, documentId, operations, missing, message });
  }
  return broken.toSorted((a, b) => compare(a.client, b.client) || compare(a.version, b.version));
}

function problemOf(schema: GraphQLSchema, text: string, limits: GraphLimits): string | undefined {
  try {
    inspectDocument(schema, text, limits);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function exists(schema: GraphQLSchema, coordinate: string): boolean {
  try {
    return resolveSchemaCoordinate(schema, coordinate) !== undefined;
  } catch {
    // graphql-js throws when the type or the field of the coordinate is missing
    return false;
  }
}

const compare = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
