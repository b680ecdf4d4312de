import { setImmediate as nextLoop } from 'node:timers/promises';
import type { GraphQLSchema } from 'graphql';
import { inspectDocument } from '../graphql/documents/inspect-document.ts';
import type { TrustedDocuments } from '../graphql/documents/trusted-documents.ts';
import type { GraphLimits } from '../graphql/limits/complexity.ts';
import type { KnownDocuments } from './known-documents.ts';

export interface WarmOptions {
  known: KnownDocuments;
  trusted: TrustedDocuments;
  schema: GraphQLSchema;
  limits: GraphLimits;
}

const most = 2_000;

/**
 * Parses and validates the installation's registered documents before the first request. Documents that no longer fit
 * the graph are skipped: a request with one gets the error.
 */
export async function warmDocuments({ known, trusted, schema, limits }: WarmOptions): Promise<void> {
  for (const text of await trusted.textsOfInstallation(most)) {
    try {
      known.add(text, inspectDocument(schema, text, limits).document, { registered: true });
    } catch {}
    await nextLoop();
  }
}
