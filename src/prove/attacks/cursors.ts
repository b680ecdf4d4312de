import { type GraphQLEnumType, type GraphQLField, type GraphQLInputObjectType, getNamedType } from 'graphql';
import { codesOf, send } from '../ask.ts';
import { searchWords } from '../documents.ts';
import type { AttackGroup, Duel } from '../duel.ts';
import { globalIdsIn } from '../found-ids.ts';
import { memberOf, type ScratchOrganization } from '../scratch-organization.ts';
import type { AttackedServer } from '../target.ts';

type Field = GraphQLField<unknown, unknown>;

/** Passes cursors of the other organization, of another order, and invented ones to every list. */
export const cursors: AttackGroup = {
  name: 'cursors',
  about:
    'cursors of the other organization only page through one’s own rows; those of another order and invented ones are rejected',
  async attack(duel) {
    const lists: Field[] = Object.values(duel.target.schema.getQueryType()!.getFields()).filter(({ args }) =>
      ['after', 'before'].every((name) => args.some((arg) => arg.name === name)),
    );
    for (const server of duel.target.servers) for (const list of lists) await attackList(duel, server, list);
  },
};

/**
 * Invented cursors, and whether their format is valid. A valid one may be accepted, but must only page through one's
 * own rows.
 */
const inventedCursors: readonly (readonly [string, boolean])[] = [
  ['x', false],
  ['MQ', false],
  [Buffer.from('|DC:S:1').toString('base64url'), false],
  [Buffer.from(`||${Buffer.from('DC:S:1').toString('base64')}`).toString('base64'), false],
  [Buffer.from('|S:1').toString('base64'), true],
];

async function attackList(duel: Duel, server: AttackedServer, list: Field): Promise<void> {
  const words = list.args.some(({ name }) => name === 'query') ? `query: "${searchWords}", ` : '';
  const query = (order = '') =>
    `query ($after: String) { ${list.name}(${words}first: 20, after: $after${order}) { edges { cursor node { id } } } }`;
  const { headers } = memberOf(duel.attacker, 'OWNER');
  const theirs = await cursorsOf(server, duel.victim, list.name, query());
  for (const after of [theirs.at(0), theirs.at(-1)]) {
    const answer = await duel.ask(`${list.name} after theirs`, server, {
      query: query(),
      variables: { after },
      headers,
    });
    const codes = codesOf(answer);
    if (codes.some((code) => code !== 'BAD_CURSOR')) duel.found(`${list.name} after theirs`, `answered ${codes}`);
  }
  for (const [after, isValid] of inventedCursors) {
    const attack = `${list.name} after an invented cursor`;
    const answer = await duel.ask(attack, server, { query: query(), variables: { after }, headers });
    if (!isValid && !codesOf(answer).includes('BAD_CURSOR')) duel.found(attack, `was accepted: ${after}`);
  }
  const other = anotherOrder(list);
  if (other === undefined || theirs[0] === undefined) return;
  const attack = `${list.name} after another ordering's`;
  const answer = await duel.ask(attack, server, { query: query(other), variables: { after: theirs[0] }, headers });
  if (!codesOf(answer).includes('BAD_CURSOR')) duel.found(attack, `was accepted: ${answer.text.slice(0, 200)}`);
}

/** An order other than the list's default. */
function anotherOrder({ args }: Field): string | undefined {
  const order = args.find(({ name }) => name === 'orderBy');
  const fields = order && (getNamedType(order.type) as GraphQLInputObjectType).getFields().field;
  const [name] = fields ? (getNamedType(fields.type) as GraphQLEnumType).getValues() : [];
  return name && `, orderBy: [{ field: ${name.name}, direction: DESC }]`;
}

async function cursorsOf(
  server: AttackedServer,
  organization: ScratchOrganization,
  list: string,
  query: string,
): Promise<string[]> {
  const { data, text } = await send(server, { query, headers: memberOf(organization, 'OWNER').headers });
  const edges = (data?.[list] as { edges: { cursor: string }[] } | undefined)?.edges ?? [];
  if (edges.length === 0 || globalIdsIn(text).size === 0) return [];
  return edges.map(({ cursor }) => cursor);
}
