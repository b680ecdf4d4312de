import { type GraphQLInputObjectType, getNamedType } from 'graphql';
import type { AttackGroup } from '../duel.ts';
import { mutationsOf, sampleInput } from '../sample-input.ts';
import { memberOf, sampleSource } from '../scratch-organization.ts';

/** Mutations that delete one's own data, and last those that end the organization or the session. */
const destructive = [
  /^(delete|remove|discard|leave|revoke|change|disable)(?!Organization)/,
  /^(\w+Organization|signOut)$/,
];
const orderOf = (name: string): number => 1 + destructive.findIndex((pattern) => pattern.test(name));

/**
 * Runs every mutation with sample input about the attacker's own objects, destructive ones last: no answer may show
 * data of the other organization, and none of its data may change. Runs after all other attacks, because it deletes
 * most of the attacker's data.
 */
export const mutations: AttackGroup = {
  name: 'mutations',
  about: 'mutations of one’s own objects show and change nothing of the other organization',
  async attack(duel) {
    const source = sampleSource(duel.attacker);
    const { headers } = memberOf(duel.attacker, 'ADMIN');
    const all = mutationsOf(duel.target.schema);
    for (const { name, args } of all.sort((a, b) => orderOf(a.name) - orderOf(b.name))) {
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
