import { randomUUID } from 'node:crypto';
import type { TestMailer } from '../support/test-mailer.ts';
import type { Company, GraphResult, Member, World } from '../support/world.ts';

export const password = 'a long enough password';
export const page = { 'x-chantier-csrf': '1' };
export const tokens = 'tokens { accessToken refreshToken user { id } }';
export const codesOf = ({ errors }: GraphResult<unknown>) => errors.map(({ extensions }) => extensions.code);
const typeOf = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;

export interface Call {
  input: object;
  selection: string;
  headers?: Record<string, string>;
}

export const newEmail = () => `${randomUUID()}@example.org`;
export const person = (more: object) => ({
  email: newEmail(),
  password,
  firstName: 'Grace',
  lastName: 'Hopper',
  ...more,
});

export interface Place {
  company: Company;
  owner: Member;
}

/** Sends mutations of the catalog, and makes what they need. */
export function catalogRequests(server: World, mailer: TestMailer) {
  const send = (name: string, { input, selection, headers }: Call, key: string) =>
    server.graphql(
      `mutation ($input: ${typeOf(name)}) { ${name}(input: $input) { ${selection} } }`,
      { input },
      { ...headers, 'idempotency-key': key },
    );

  const ok = async (name: string, call: Call) => {
    const result = await send(name, call, randomUUID());
    if (result.errors.length > 0) throw new Error(JSON.stringify(result.errors));
    return result;
  };

  async function account() {
    const input = person({ organization: { name: 'Navy' } });
    await ok('signUp', { input, selection: 'verificationRequired' });
    const made = await ok('verifyEmail', {
      input: { token: mailer.tokenFor(input.email), password, delivery: 'BODY' },
      selection: `tokens { accessToken refreshToken }`,
    });
    const { accessToken, refreshToken } = made.data.verifyEmail.tokens;
    return { email: input.email, refreshToken, headers: { authorization: `Bearer ${accessToken}` } };
  }

  const place = async (): Promise<Place> => {
    const company = await server.company();
    return { company, owner: await company.as('OWNER') };
  };

  return { send, ok, account, place };
}
