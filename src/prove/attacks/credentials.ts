import { type Answer, codesOf, type Question, send } from '../ask.ts';
import { type Headers, memberOf } from '../company.ts';
import type { AttackGroup, Duel } from '../duel.ts';

const query = '{ profiles(first: 5) { nodes { id lastName } } viewer { organization { id slug } } }';

/** Tokens and keys of one organization at the doors of the other, and tokens that somebody changed. */
export const credentials: AttackGroup = {
  name: 'credentials',
  about: 'tokens and keys do not open the other organization by header, path, host or forgery; nor do none at all',
  async attack(duel) {
    const { attacker } = duel;
    const { headers } = memberOf(attacker, 'OWNER');
    const callers: [string, Headers][] = [
      ['token', headers],
      ['key', attacker.apiKey],
      ['nobody', {}],
      ...forgeries(duel).map(([name, token]): [string, Headers] => [name, { authorization: `Bearer ${token}` }]),
    ];
    for (const server of duel.target.servers) {
      for (const [name, caller] of callers) {
        for (const [door, question] of doorsOf(duel, caller)) {
          await judgeRefusal(duel, `${name} by ${door}`, await duel.ask(`${name} by ${door}`, server, question));
        }
      }
      await existence(duel, headers);
    }
    await otherSession(duel);
  },
};

function doorsOf({ victim, target }: Duel, headers: Headers): [string, Question][] {
  const { slug } = victim.tenant;
  return [
    ['header', { query, headers: { ...headers, 'x-tenant': slug } }],
    ['path', { query, headers, path: `/t/${slug}/graphql` }],
    ['host', { query, headers, host: `${slug}.${target.domain}` }],
    ['header in capitals', { query, headers: { ...headers, 'x-tenant': slug.toUpperCase() } }],
  ];
}

async function judgeRefusal(duel: Duel, attack: string, answer: Answer): Promise<void> {
  const codes = codesOf(answer);
  const data = Object.values(answer.data ?? {}).some((value) => value !== null);
  if (data || codes.length === 0) duel.found(attack, `was let in: ${answer.text.slice(0, 200)}`);
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * The attacker's token, made out for the other organization: with the old signature, with none, and by name of the
 * victim.
 */
function forgeries({ attacker, victim }: Duel): [string, string][] {
  const { accessToken } = memberOf(attacker, 'OWNER').session;
  const [head, payload, signature] = accessToken.split('.') as [string, string, string];
  const claims = Buffer.from(payload, 'base64url').toString();
  const theirs = Buffer.from(claims.replaceAll(attacker.tenant.id, victim.tenant.id)).toString('base64url');
  const user = claims.replaceAll(memberOf(attacker, 'OWNER').viewer.userId, memberOf(victim, 'OWNER').viewer.userId);
  return [
    ['another organization in a token', `${head}.${theirs}.${signature}`],
    ['another user in a token', `${head}.${Buffer.from(user).toString('base64url')}.${signature}`],
    ['an unsigned token', `${part({ alg: 'none', typ: 'JWT' })}.${theirs}.`],
    ['a signature of nothing', `${head}.${theirs}.${part('')}`],
  ];
}

/** Whoever has a token learns nothing about which other organizations there are. */
async function existence(duel: Duel, headers: Headers): Promise<void> {
  const pair = [duel.victim.tenant.slug, 'scratch-proof-nowhere'] as const;
  await duel.askBoth('which organizations there are', duel.target.servers[0]!, pair, (slug) => ({
    query,
    headers: { ...headers, 'x-tenant': slug },
  }));
}

const refresh = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
  tokens { accessToken refreshToken } } }`;

/** A refresh token asks for a token of the other organization. */
async function otherSession(duel: Duel): Promise<void> {
  const { session } = memberOf(duel.attacker, 'MEMBER');
  const organizationId = `Organization:${duel.victim.tenant.id}`;
  const input = { refreshToken: session.refreshToken, organizationId, delivery: 'BODY' };
  const answer = await send(duel.target.servers[0]!, { query: refresh, variables: { input } });
  duel.judge('refreshSession to the other organization', answer.errors.length === 0, 'gave a token');
}
