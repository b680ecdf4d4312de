import { codesOf, send } from '../ask.ts';
import type { AttackGroup } from '../duel.ts';
import { memberOf } from '../scratch-organization.ts';

const log = `query ($after: String, $order: EventOrder) { events(first: 100, after: $after, order: $order) {
  edges { cursor node { id action resourceId before after } } pageInfo { endCursor hasNextPage } totalCount } }`;

/** Reads the event log from cursors of the other organization. */
export const changes: AttackGroup = {
  name: 'changes',
  about: 'cursors of the other organization’s event log only page through one’s own',
  async attack(duel) {
    const { headers } = memberOf(duel.attacker, 'OWNER');
    for (const server of duel.target.servers) {
      const theirs = await send(server, { query: log, headers: memberOf(duel.victim, 'OWNER').headers });
      const edges = (theirs.data?.events as { edges: { cursor: string }[] } | undefined)?.edges ?? [];
      if (edges.length === 0) duel.found('events', 'the other organization has no events, so nothing was tested');
      for (const { cursor: after } of [edges[0], edges.at(Math.floor(edges.length / 2)), edges.at(-1)].filter(
        (each) => each !== undefined,
      )) {
        for (const order of ['OLDEST_FIRST', 'NEWEST_FIRST']) {
          const attack = `events after theirs, ${order}`;
          const answer = await duel.ask(attack, server, {
            query: log,
            variables: { after, order },
            headers,
          });
          // A cursor from before the retained events is rejected
          if (codesOf(answer).some((code) => code !== 'BAD_CURSOR')) duel.found(attack, `answered ${codesOf(answer)}`);
        }
      }
    }
  },
};
