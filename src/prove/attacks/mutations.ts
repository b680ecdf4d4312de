import { type GraphQLInputObjectType, getNamedType } from 'graphql';
import { memberOf, sampleSource } from '../company.ts';
import type { AttackGroup } from '../duel.ts';
import { mutationsOf, sampleInput } from '../sample-input.ts';

/** What takes away something of one's own, and last what takes away all. */
const destroys = [
  /^(delete|remove|discard|leave|revoke|change|disable)(?!Organization)/,
  /^(\w+Organization|signOut)$/,
];
const turnOf = (name: string): number => 1 + destroys.findIndex((pattern) => pattern.test(name));

/**
 * Every mutation with a sample of its input about one's own things, those that take away last: nothing of the other
 * organization shows in an answer or changes. Last of all attacks, since little is left of the attacker.
 */
export const mutations: AttackGroup = {
  name: 'mutations',
  about: 'every mutation about one’s own things shows and changes nothing of the other organization',
  async attack(duel) {
    const source = sampleSource(duel.attacker);
    const { headers } = memberOf(duel.attacker, 'ADMIN');
    const all = mutationsOf(duel.target.schema);
    for (const { name, args } of all.sort((a, b) => turnOf(a.name) - turnOf(b.name))) {
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
