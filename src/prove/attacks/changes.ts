import { codesOf, send } from '../ask.ts';
import type { AttackGroup, Duel } from '../duel.ts';
import { memberOf } from '../scratch-organization.ts';
import type { AttackedServer } from '../target.ts';

const log = `query ($after: String, $order: EventOrder) { events(first: 100, after: $after, order: $order) {
  edges { cursor node { id action resourceId before after } } pageInfo { endCursor hasNextPage } totalCount } }`;

const copy = `query ($after: String) { changes(first: 100, after: $after) {
  changed { node { __typename id } } removed { id } cursor hasMore } }`;

/** Reads the event log and the changes from cursors of the other organization. */
export const changes: AttackGroup = {
  name: 'changes',
  about: 'cursors of the other organization’s event log only page through one’s own; those of its changes are refused',
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
        const attack = 'changes after an event of theirs';
        const answer = await duel.ask(attack, server, { query: copy, variables: { after }, headers });
        if (codesOf(answer).some((code) => code !== 'CURSOR_EXPIRED'))
          duel.found(attack, `answered ${codesOf(answer)}`);
      }
      await followTheirs(duel, server);
    }
  },
};

async function followTheirs(duel: Duel, server: AttackedServer): Promise<void> {
  const attack = 'changes after their cursor';
  const theirs = await send(server, { query: copy, headers: memberOf(duel.victim, 'OWNER').headers });
  const after = (theirs.data?.changes as { cursor: string } | undefined)?.cursor;
  const { headers } = memberOf(duel.attacker, 'OWNER');
  const answer = await duel.ask(attack, server, { query: copy, variables: { after }, headers });
  if (!after || !codesOf(answer).includes('CURSOR_EXPIRED'))
    duel.found(attack, `answered ${answer.text.slice(0, 200)}`);
}
