import { type Answer, codesOf } from '../ask.ts';
import { type ProofQuery, queriesOf } from '../documents.ts';
import type { AttackGroup, Duel } from '../duel.ts';
import { memberOf } from '../scratch-organization.ts';

/**
 * Runs every query of the graph, as the owner on every server and with an API key. Each query must return some of the
 * attacker's data.
 */
export const queries: AttackGroup = {
  name: 'queries',
  about:
    'every query with all its nested fields, also as an export, shows nothing of the other organization, and counts only the rows that it shows',
  async attack(duel) {
    const all = queriesOf(duel.target.schema);
    const withData = new Set<string>();
    const callers = [memberOf(duel.attacker, 'OWNER').headers, duel.attacker.apiKey];
    for (const [turn, server] of duel.target.servers.entries()) {
      for (const { field, document } of all) {
        for (const headers of turn === 0 ? callers : callers.slice(0, 1)) {
          const attack = `${field} (${server.name})`;
          const answer = await duel.ask(attack, server, { query: document, headers });
          checkCounts(duel, attack, answer);
          if (hasData(answer.data?.[field])) withData.add(field);
          if (codesOf(answer).includes('TOO_COMPLEX')) duel.found(attack, 'was rejected as too complex');
        }
      }
    }
    await exportAll(duel, all);
    for (const { field } of all) {
      if (!withData.has(field) && !withoutData.has(field)) duel.found(field, 'returns no data, so nothing was tested');
      withData.add(field);
    }
  },
};

/** Exports every list and aggregate; other queries are refused. */
async function exportAll(duel: Duel, all: readonly ProofQuery[]): Promise<void> {
  const server = duel.target.servers.find(({ socketUrl }) => socketUrl !== undefined);
  if (!server) return;
  let exported = 0;
  for (const { field, document } of all) {
    for (const headers of [memberOf(duel.attacker, 'OWNER').headers, duel.attacker.apiKey]) {
      const { data } = await duel.askExport(`export of ${field}`, server, { query: document, headers });
      if ((data?.rows as unknown[] | undefined)?.length) exported++;
    }
  }
  if (exported < 20) duel.found('exports', `only ${exported} exports have rows, so little was tested`);
}

/** Null in a proof, whose servers have no limits. */
const withoutData: ReadonlySet<string> = new Set(['rateLimit']);

interface Page {
  totalCount?: number;
  nodes: unknown[];
}

const isPage = (value: object): value is Page => 'nodes' in value && Array.isArray(value.nodes);

/** The total count of a page that is not full must equal the number of its nodes. */
function checkCounts(duel: Duel, attack: string, { data }: Answer): void {
  for (const page of pagesIn(data)) {
    if (page.nodes.length < 20 && page.totalCount !== undefined && page.totalCount !== page.nodes.length) {
      duel.found(attack, `counts ${page.totalCount} and shows ${page.nodes.length}`);
    }
  }
}

function* pagesIn(value: unknown): Generator<Page> {
  if (typeof value !== 'object' || value === null) return;
  if (isPage(value)) yield value;
  for (const part of Object.values(value)) yield* pagesIn(part);
}

const hasData = (value: unknown): boolean =>
  value !== null && value !== undefined && (typeof value !== 'object' || !isPage(value) || value.nodes.length > 0);
