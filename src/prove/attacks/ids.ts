import { type GraphQLInputObjectType, getNamedType } from 'graphql';
import { uuidv7 } from '../../lib/ids.ts';
import { searchWords } from '../documents.ts';
import type { AttackGroup, Duel } from '../duel.ts';
import { idPositions, mutationsOf, sampleInput, withIdAt } from '../sample-input.ts';
import { memberOf, sampleSource } from '../scratch-organization.ts';

const node = 'query ($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id]) { __typename id } }';

const placeholder = 'the attacked id';

/**
 * Passes ids of the other organization wherever the graph accepts one. They must be treated like ids that do not exist.
 */
export const ids: AttackGroup = {
  name: 'ids',
  about: 'ids of the other organization are unknown to node, nodes, every argument and every field of every input',
  async attack(duel) {
    for (const server of duel.target.servers) {
      const { headers } = memberOf(duel.attacker, 'OWNER');
      for (const [typename, known] of duel.victim.ids) {
        const pair = [known[0]!, `${typename}:${uuidv7()}`] as const;
        await duel.askBoth(`node of a ${typename}`, server, pair, (id) => ({
          query: node,
          variables: { id },
          headers,
        }));
        await askArguments(duel, typename, pair);
      }
    }
    await attackInputs(duel);
  },
};

/** Queries all root fields that have an argument for an id of this type. */
async function askArguments(duel: Duel, typename: string, pair: readonly [string, string]): Promise<void> {
  const { headers } = memberOf(duel.attacker, 'OWNER');
  const name = `${typename[0]!.toLowerCase()}${typename.slice(1)}Id`;
  for (const field of Object.values(duel.target.schema.getQueryType()!.getFields())) {
    if (!field.args.some((arg) => arg.name === name)) continue;
    const words = field.args.some((arg) => arg.name === 'query') ? `query: "${searchWords}", ` : '';
    const isPage = getNamedType(field.type).name.endsWith('Connection');
    const selection = isPage ? '{ nodes { __typename id } }' : '{ __typename }';
    const query = `query ($id: ID!) { ${field.name}(${words}${name}: $id) ${selection} }`;
    await duel.askBoth(`${field.name} ${name}`, duel.target.servers[0]!, pair, (id) => ({
      query,
      variables: { id },
      headers,
    }));
  }
}

async function attackInputs(duel: Duel): Promise<void> {
  const { headers } = memberOf(duel.attacker, 'ADMIN');
  const source = sampleSource(duel.attacker);
  const missing = new Set<string>();
  for (const { name, args } of mutationsOf(duel.target.schema)) {
    const input = getNamedType(args[0]!.type) as GraphQLInputObjectType;
    const query = `mutation ($input: ${input.name}!) { ${name}(input: $input) { __typename } }`;
    for (const place of idPositions(input)) {
      const theirs = duel.victim.ids.get(place.typename)?.[0];
      if (theirs === undefined) missing.add(place.typename);
      const attack = `${name} ${place.path.join('.')}`;
      const pair = [theirs ?? `${place.typename}:${uuidv7()}`, `${place.typename}:${uuidv7()}`] as const;
      const sample = JSON.stringify(withIdAt(sampleInput(input, source), input, place, placeholder, source));
      const answer = await duel.askBoth(attack, duel.target.servers[0]!, pair, (id) => ({
        query,
        variables: { input: JSON.parse(sample.replace(placeholder, id)) },
        headers,
      }));
      if (answer.errors.length === 0) duel.found(attack, 'was accepted');
    }
  }
  for (const typename of missing) duel.found(typename, 'the other organization has none, so its ids were not tested');
}
