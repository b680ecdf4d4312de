import { type GraphQLInputObjectType, getNamedType } from 'graphql';
import { uuidv7 } from '../../lib/ids.ts';
import { codesOf } from '../ask.ts';
import type { AttackGroup, Duel } from '../duel.ts';
import { memberOf, type ScratchOrganization } from '../scratch-organization.ts';

/** A filter field of a list. */
interface FilterField {
  list: string;
  filter: string;
  field: string;
  kind: string;
}

/** Filters by data of the other organization: ids, and its marker in every text field. */
export const filters: AttackGroup = {
  name: 'filters',
  about: 'filters by ids and texts of the other organization give the same results as filters by unknown values',
  async attack(duel) {
    for (const [turn, place] of filterFieldsIn(duel).entries()) await attackField(duel, place, turn);
  },
};

function filterFieldsIn({ target }: Duel): FilterField[] {
  return Object.values(target.schema.getQueryType()!.getFields()).flatMap(({ name: list, args }) => {
    const where = args.find((arg) => arg.name === 'where');
    if (!where) return [];
    const filter = getNamedType(where.type) as GraphQLInputObjectType;
    return Object.values(filter.getFields()).map(({ name: field, type }) => ({
      list,
      filter: filter.name,
      field,
      kind: getNamedType(type).name,
    }));
  });
}

async function attackField(duel: Duel, { list, filter, field, kind }: FilterField, turn: number): Promise<void> {
  const counted = list.endsWith('Aggregate') ? '__typename' : 'totalCount nodes { __typename }';
  const query = `query ($where: ${filter}) { ${list}(where: $where) { ${counted} } }`;
  const { headers } = memberOf(duel.attacker, 'OWNER');
  const server = duel.target.servers[turn % duel.target.servers.length]!;
  const ask = (pair: readonly [string, string], operator: string) =>
    duel.askBoth(`${list} where ${field}`, server, pair, (value) => ({
      query,
      variables: { where: { [field]: { [operator]: value } } },
      headers,
    }));
  if (kind === 'StringFilter') await ask([duel.victim.marker, 'leaknowhere'], 'contains');
  if (kind !== 'IDFilter') return;
  for (const typename of typesFor(field, duel.victim)) {
    const pair = [duel.victim.ids.get(typename)![0]!, `${typename}:${uuidv7()}`] as const;
    if (!codesOf(await ask(pair, 'eq')).includes('BAD_INPUT')) return;
  }
}

/**
 * Types whose ids the filter may accept: first the type in the field's name, then Profile. The filter rejects ids of a
 * wrong type.
 */
function typesFor(field: string, { ids }: ScratchOrganization): string[] {
  const name = `${field[0]!.toUpperCase()}${field.slice(1).replace(/Id$/, '')}`;
  return [...ids.keys()].sort((a, b) => rankOf(b, name) - rankOf(a, name));
}

const rankOf = (typename: string, name: string): number => (typename === name ? 2 : typename === 'Profile' ? 1 : 0);
