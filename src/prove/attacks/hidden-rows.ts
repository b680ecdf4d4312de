import { queriesOf } from '../documents.ts';
import type { AttackGroup } from '../duel.ts';
import { memberOf } from '../scratch-organization.ts';

/**
 * Looks as CLIENT for rows of the same organization that only its OWNER may see. Not a matter of tenant isolation, but
 * a missing row rule is a leak too.
 */
export const hiddenRows: AttackGroup = {
  name: 'hidden rows',
  about: 'a CLIENT sees no projects of other clients and no conversations without it, on any path',
  async attack(duel) {
    const { hiddenMarker } = duel.attacker;
    const all = queriesOf(duel.target.schema);
    const client = memberOf(duel.attacker, 'CLIENT');
    const shownToOwner = new Set<string>();
    for (const { field, document } of all) {
      const { headers } = memberOf(duel.attacker, 'OWNER');
      const { text } = await duel.ask(`${field} as OWNER`, duel.target.servers[0]!, { query: document, headers });
      if (text.includes(hiddenMarker)) shownToOwner.add(document);
    }
    if (shownToOwner.size < 20) duel.found('hidden rows', 'are not shown to the owner either, so nothing was tested');
    for (const server of duel.target.servers) {
      for (const { field, document } of all) {
        const attack = `${field} as CLIENT (${server.name})`;
        const { text } = await duel.ask(attack, server, { query: document, headers: client.headers });
        if (text.includes(hiddenMarker)) duel.found(attack, `shows hidden rows: ${document.slice(0, 150)}`);
      }
    }
  },
};
