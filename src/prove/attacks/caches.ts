import { send } from '../ask.ts';
import type { AttackGroup, Duel } from '../duel.ts';
import { leaksIn } from '../leaks.ts';
import { memberOf, type ScratchOrganization } from '../scratch-organization.ts';
import type { AttackedServer } from '../target.ts';

const documents = [
  '{ profiles(first: 50) { totalCount nodes { id lastName } } }',
  '{ projects(first: 50) { nodes { id name client { name } tasks(first: 5) { nodes { id name } } } } }',
  '{ viewer { organization { id name slug } profile { id lastName } } }',
  '{ messages(first: 20) { nodes { id content sender { lastName } } } }',
];
const rounds = 5;

/**
 * Sends the same documents for both organizations at once, because plans, parsed documents, members and prepared
 * statements are shared or cached.
 */
export const caches: AttackGroup = {
  name: 'caches',
  about:
    'the same request, sent for both organizations in turn and at once, also by a member of both, returns each organization’s own data',
  async attack(duel) {
    for (const server of duel.target.servers) {
      for (const query of documents) {
        for (let round = 0; round < rounds; round++) {
          await Promise.all([
            checkOwnData(duel, server, duel.attacker, duel.victim, query),
            checkOwnData(duel, server, duel.victim, duel.attacker, query),
            checkOwnData(duel, server, duel.attacker, duel.victim, query, true),
            checkOwnData(duel, server, duel.victim, duel.attacker, query, true),
          ]);
        }
      }
    }
  },
};

async function checkOwnData(
  duel: Duel,
  server: AttackedServer,
  organization: ScratchOrganization,
  other: ScratchOrganization,
  query: string,
  asAgent = false,
): Promise<void> {
  const { headers } = asAgent ? organization.agent : memberOf(organization, 'OWNER');
  const { text, errors } = await send(server, { query, headers });
  const leaks = leaksIn(text, other);
  duel.judge(query, leaks.length > 0, `shows ${organization.tenant.slug} ${leaks.slice(0, 3).join(', ')}`);
  if (errors.length > 0 || !text.includes(organization.marker))
    duel.found(query, `shows nothing of one’s own: ${text.slice(0, 200)}`);
}
