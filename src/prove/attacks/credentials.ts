import { type Answer, codesOf, type Question, send } from '../ask.ts';
import type { AttackGroup, Duel } from '../duel.ts';
import { type Headers, memberOf } from '../scratch-organization.ts';

const query = '{ profiles(first: 5) { nodes { id lastName } } viewer { organization { id slug } } }';

const rows = '{ profiles { nodes { id lastName } } }';

/** Sends tokens and keys of one organization, and forged tokens, to the other. */
export const credentials: AttackGroup = {
  name: 'credentials',
  about:
    'tokens, keys, forged tokens and missing credentials give no access to the other organization, by header, path or host',
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
        for (const [route, question] of requestsFor(duel, caller)) {
          const attack = `${name} by ${route}`;
          judgeRefusal(duel, attack, await duel.ask(attack, server, question));
          if (server.socketUrl === undefined) continue;
          const exported = await duel.askExport(`${attack}, export`, server, { ...question, query: rows });
          judgeRefusal(duel, `${attack}, export`, exported);
        }
      }
      await probeExistence(duel, headers);
    }
    await refreshIntoOther(duel);
  },
};

function requestsFor({ victim, target }: Duel, headers: Headers): [string, Question][] {
  const { slug } = victim.tenant;
  return [
    ['header', { query, headers: { ...headers, 'x-tenant': slug } }],
    ['path', { query, headers, path: `/t/${slug}/graphql` }],
    ['host', { query, headers, host: `${slug}.${target.domain}` }],
    ['header in capitals', { query, headers: { ...headers, 'x-tenant': slug.toUpperCase() } }],
  ];
}

function judgeRefusal(duel: Duel, attack: string, answer: Answer): void {
  const codes = codesOf(answer);
  const hasData = Object.values(answer.data ?? {}).some((value) => value !== null);
  if (hasData || codes.length === 0) duel.found(attack, `was let in: ${answer.text.slice(0, 200)}`);
}

const encodePart = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * Forges the attacker's token: with the victim's organization or user and the old signature, unsigned, and with an
 * empty signature.
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
    ['an unsigned token', `${encodePart({ alg: 'none', typ: 'JWT' })}.${theirs}.`],
    ['a signature of nothing', `${head}.${theirs}.${encodePart('')}`],
  ];
}

/** A token must not reveal which other organizations exist. */
async function probeExistence(duel: Duel, headers: Headers): Promise<void> {
  const pair = [duel.victim.tenant.slug, 'scratch-proof-nowhere'] as const;
  await duel.askBoth('which organizations exist', duel.target.servers[0]!, pair, (slug) => ({
    query,
    headers: { ...headers, 'x-tenant': slug },
  }));
}

const refresh = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
  tokens { accessToken refreshToken } } }`;

/** Asks for a session in the other organization with a refresh token. */
async function refreshIntoOther(duel: Duel): Promise<void> {
  const { session } = memberOf(duel.attacker, 'MEMBER');
  const organizationId = `Organization:${duel.victim.tenant.id}`;
  const input = { refreshToken: session.refreshToken, organizationId, delivery: 'BODY' };
  const answer = await send(duel.target.servers[0]!, { query: refresh, variables: { input } });
  duel.judge('refreshSession to the other organization', answer.errors.length === 0, 'gave a token');
}
