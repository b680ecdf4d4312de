import { send } from '../ask.ts';
import type { AttackGroup, Duel } from '../duel.ts';
import type { Headers } from '../scratch-organization.ts';

const create = `mutation ($input: CreateClientInput!) { createClient(input: $input) { client { id name } lastEventId } }`;

const keyOf = ({ tag }: Duel, index: number): string => `proof-${tag}-${index}`;

const ask = (duel: Duel, index: number, headers: Headers) =>
  send(duel.target.servers[index]!, {
    query: create,
    variables: { input: { name: `Retried ${keyOf(duel, index)}` } },
    headers: { ...headers, 'idempotency-key': keyOf(duel, index) },
  });

/**
 * Sends the same mutation with the same Idempotency-Key in both organizations, by a member of both: each must get its
 * own answer.
 */
export const retries: AttackGroup = {
  name: 'retries',
  about: 'an Idempotency-Key of the other organization is unknown, even for the same person',
  async prepare(duel) {
    for (const index of duel.target.servers.keys()) await ask(duel, index, duel.victim.agent.headers);
  },
  async attack(duel) {
    for (const index of duel.target.servers.keys()) {
      const mine = await ask(duel, index, duel.attacker.agent.headers);
      const again = await ask(duel, index, duel.attacker.agent.headers);
      duel.judge('a key of one’s own', mine.text !== again.text, 'was carried out twice');
      const made = (mine.data?.createClient as { client: { id: string } } | undefined)?.client.id;
      const there = made && (await duel.attacker.rows.uuids()).has(made.slice('Client:'.length));
      duel.judge(
        'a key of the other organization',
        !there,
        `got another answer than one’s own: ${mine.text.slice(0, 200)}`,
      );
    }
  },
};
