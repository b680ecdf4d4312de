import { send } from '../ask.ts';
import { memberOf, type ScratchCompany } from '../company.ts';
import type { AttackGroup, Duel } from '../duel.ts';
import { strangersIn } from '../strangers.ts';
import type { AttackedServer } from '../target.ts';

const documents = [
  '{ profiles(first: 50) { totalCount nodes { id lastName } } }',
  '{ projects(first: 50) { nodes { id name client { name } tasks(first: 5) { nodes { id name } } } } }',
  '{ viewer { organization { id name slug } profile { id lastName } } }',
  '{ messages(first: 20) { nodes { id content sender { lastName } } } }',
];
const rounds = 5;

/**
 * The same documents from both organizations at once: plans, documents, members, prepared statements are shared or
 * kept.
 */
export const caches: AttackGroup = {
  name: 'caches',
  about:
    'the same request of both organizations in turn and at once, and a member of both, get each organization’s own answer',
  async attack(duel) {
    for (const server of duel.target.servers) {
      for (const query of documents) {
        for (let round = 0; round < rounds; round++) {
          await Promise.all([
            own(duel, server, duel.attacker, duel.victim, query),
            own(duel, server, duel.victim, duel.attacker, query),
            own(duel, server, duel.attacker, duel.victim, query, true),
            own(duel, server, duel.victim, duel.attacker, query, true),
          ]);
        }
      }
    }
  },
};

async function own(
  duel: Duel,
  server: AttackedServer,
  company: ScratchCompany,
  other: ScratchCompany,
  query: string,
  agent = false,
): Promise<void> {
  const { headers } = agent ? company.agent : memberOf(company, 'OWNER');
  const { text, errors } = await send(server, { query, headers });
  const strangers = strangersIn(text, other);
  duel.judge(query, strangers.length > 0, `shows ${company.tenant.slug} ${strangers.slice(0, 3).join(', ')}`);
  if (errors.length > 0 || !text.includes(company.marker))
    duel.found(query, `shows nothing of one’s own: ${text.slice(0, 200)}`);
}
