import type { AttackGroup } from '../duel.ts';

/** The graph has no subscriptions yet. Once it has some, this group fails until attacks on them are written. */
export const subscriptions: AttackGroup = {
  name: 'subscriptions',
  about: 'subscriptions deliver nothing of the other organization',
  async attack(duel) {
    const type = duel.target.schema.getSubscriptionType();
    if (!type) duel.notes.push('none in this build');
    else duel.found(Object.keys(type.getFields()).join(', '), 'are not attacked by this proof yet');
  },
};
