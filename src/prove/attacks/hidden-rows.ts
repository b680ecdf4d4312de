import { memberOf } from '../company.ts';
import { queriesOf } from '../documents.ts';
import type { AttackGroup } from '../duel.ts';

/**
 * Within an organization: what its CLIENT must not see, and its owner sees. The wall is another one, but a missing rule
 * is a leak too.
 */
export const hiddenRows: AttackGroup = {
  name: 'hidden rows',
  about: 'a CLIENT sees nothing of other clients’ projects nor of talks that it is not in, on any path',
  async attack(duel) {
    const { hiddenMarker } = duel.attacker;
    const all = queriesOf(duel.target.schema);
    const client = memberOf(duel.attacker, 'CLIENT');
    const shown = new Set<string>();
    for (const { field, document } of all) {
      const { headers } = memberOf(duel.attacker, 'OWNER');
      const { text } = await duel.ask(`${field} as OWNER`, duel.target.servers[0]!, { query: document, headers });
      if (text.includes(hiddenMarker)) shown.add(document);
    }
    if (shown.size < 20) duel.found('what is hidden', 'is not shown to an owner either: nothing is proven');
    for (const server of duel.target.servers) {
      for (const { field, document } of all) {
        const attack = `${field} as CLIENT (${server.name})`;
        const { text } = await duel.ask(attack, server, { query: document, headers: client.headers });
        if (text.includes(hiddenMarker)) duel.found(attack, `shows what is hidden: ${document.slice(0, 150)}`);
      }
    }
  },
};
