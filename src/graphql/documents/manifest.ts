import { z } from 'zod';
import { badInput } from '../../lib/errors.ts';

export interface ManifestDocument {
  id: string;
  text: string;
}

const ofApollo = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), body: z.string() })),
});

/** The format of GraphQL Code Generator's client preset, Relay's compiler and gql.tada: texts by id. */
const byId = z.record(z.string(), z.string());

/** Reads the manifest that a client's build wrote. Throws BAD_INPUT for any other content. */
export function readManifest(text: string): ManifestDocument[] {
  const content = contentOf(text);
  const apollo = ofApollo.safeParse(content);
  if (apollo.success) return apollo.data.operations.map(({ id, body }) => ({ id, text: body }));
  const map = byId.safeParse(content);
  if (map.success) return Object.entries(map.data).map(([id, document]) => ({ id, text: document }));
  throw badInput('The manifest is neither a JSON object of documents by id nor an Apollo manifest', 'manifest');
}

function contentOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badInput('The manifest is not JSON', 'manifest');
  }
}
