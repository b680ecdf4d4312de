import { type GraphQLInputObjectType, getNamedType } from 'graphql';
import { memberOf, sampleSource } from '../company.ts';
import type { AttackGroup } from '../duel.ts';
import { mutationsOf, sampleInput } from '../sample-input.ts';

const destroys = /^(delete|remove|discard|leave|revoke|signOut|change)/;

/**
 * Every mutation with a sample of its input about one's own things, those that take away last: nothing of the other
 * company shows in an answer or changes. Last of all attacks, since little is left of the attacker.
 */
export const mutations: AttackGroup = {
  name: 'mutations',
  about: 'every mutation about one’s own things shows and changes nothing of the other company',
  async attack(duel) {
    const source = sampleSource(duel.attacker);
    const { headers } = memberOf(duel.attacker, 'ADMIN');
    const all = mutationsOf(duel.target.schema);
    const last = all.filter(({ name }) => destroys.test(name));
    for (const { name, args } of [...all.filter((each) => !last.includes(each)), ...last]) {
      const input = getNamedType(args[0]!.type) as GraphQLInputObjectType;
      const query = `mutation ($input: ${input.name}!) { ${name}(input: $input) { __typename } }`;
      await duel.ask(name, duel.target.servers[0]!, {
        query,
        variables: { input: sampleInput(input, source) },
        headers,
      });
    }
  },
};
