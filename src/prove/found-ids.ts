import { send } from './ask.ts';
import { queriesOf } from './documents.ts';
import { memberOf, type ScratchOrganization } from './scratch-organization.ts';
import type { ProofTarget } from './target.ts';

const globalId = /"([A-Z][A-Za-z]+):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"/g;

/** The global ids in an answer, by type. */
export function globalIdsIn(text: string, into = new Map<string, string[]>()): Map<string, string[]> {
  for (const [, typename, uuid] of text.matchAll(globalId)) {
    const id = `${typename}:${uuid}`;
    const known = into.get(typename!) ?? [];
    if (!known.includes(id)) into.set(typename!, [...known, id]);
  }
  return into;
}

/** The global ids that the graph shows to the organization's owner, by type. */
export async function idsShownTo(
  { servers, schema }: ProofTarget,
  organization: ScratchOrganization,
): Promise<Map<string, string[]>> {
  const { headers } = memberOf(organization, 'OWNER');
  const ids = new Map<string, string[]>();
  for (const { document } of queriesOf(schema)) {
    globalIdsIn((await send(servers[0]!, { query: document, headers })).text, ids);
  }
  return ids;
}
