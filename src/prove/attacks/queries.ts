import { type Answer, codesOf } from '../ask.ts';
import { memberOf } from '../company.ts';
import { queriesOf } from '../documents.ts';
import type { AttackGroup, Duel } from '../duel.ts';

/** Every query of the graph, as the owner on every server, and by an API key. Each must show something of one's own. */
export const queries: AttackGroup = {
  name: 'queries',
  about: 'every query with everything below it shows nothing of the other organization, and counts only what it shows',
  async attack(duel) {
    const all = queriesOf(duel.target.schema);
    const sighted = new Set<string>();
    const callers = [memberOf(duel.attacker, 'OWNER').headers, duel.attacker.apiKey];
    for (const [turn, server] of duel.target.servers.entries()) {
      for (const { field, document } of all) {
        for (const headers of turn === 0 ? callers : callers.slice(0, 1)) {
          const attack = `${field} (${server.name})`;
          const answer = await duel.ask(attack, server, { query: document, headers });
          countsWhatItShows(duel, attack, answer);
          if (isSomething(answer.data?.[field])) sighted.add(field);
          if (codesOf(answer).includes('TOO_COMPLEX')) duel.found(attack, 'was too complex to be tried');
        }
      }
    }
    for (const { field } of all) {
      if (!sighted.has(field)) duel.found(field, 'shows nothing at all: nothing is proven by it');
      sighted.add(field);
    }
  },
};

interface Page {
  totalCount?: number;
  nodes: unknown[];
}

const isPage = (value: object): value is Page => 'nodes' in value && Array.isArray(value.nodes);

/** A page of fewer than it could hold has all that its count tells of. */
function countsWhatItShows(duel: Duel, attack: string, { data }: Answer): void {
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

const isSomething = (value: unknown): boolean =>
  value !== null && value !== undefined && (typeof value !== 'object' || !isPage(value) || value.nodes.length > 0);
