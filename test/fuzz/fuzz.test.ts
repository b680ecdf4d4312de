import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { contentFor } from '../../src/demo/content.ts';
import { seedOrganization } from '../../src/demo/seed-organization.ts';
import { errorCodes } from '../../src/lib/errors.ts';
import { createLogger } from '../../src/lib/logger.ts';
import { queriesOf } from '../../src/prove/documents.ts';
import { schema } from '../../src/schema.ts';
import { HttpServer } from '../../src/server/http.ts';
import { viewerOf } from '../events/support.ts';
import { withAllModules } from '../support/all-modules.ts';
import { world } from '../support/world.ts';
import { Operations, type RootField, rootFields } from './operations.ts';
import { type FuzzRequest, requestOf } from './requests.ts';
import { choicesOf, Seen } from './values.ts';

/** How many cases; `npm run test:long` runs ten times as many. */
const cases = Number(process.env.FUZZ_CASES ?? 2_000);
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);

/** FUZZ_LOG=error shows what was behind an INTERNAL. */
const here = await world({ logger: createLogger({ level: (process.env.FUZZ_LOG ?? 'fatal') as 'fatal' }) });
const company = await withAllModules(here, await here.company());
let owner = await company.as('OWNER');
const server = await HttpServer.listen({ router: here.router, host: '127.0.0.1', port: 0, graceMs: 500 });
afterAll(() => server.close());

const seen = new Seen();

interface Answer {
  status: number;
  text: string;
  data?: Record<string, unknown> | null;
  errors: { message: string; path?: (string | number)[]; extensions?: { code?: string } }[];
}

async function send({ path, method, headers, body }: FuzzRequest): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method,
    headers,
    redirect: 'manual',
    ...(body !== undefined && method !== 'GET' && { body: body as BodyInit }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const { data, errors = [] } = (isJson && text ? JSON.parse(text) : {}) as Partial<Answer>;
  return { status: response.status, text, ...(data !== undefined && { data }), errors };
}

const codesOf = ({ errors }: Answer) => errors.map(({ extensions }) => extensions?.code ?? 'none');

/** Codes that may be found before a resolver runs, though the error names its field. */
const early = new Set(['BAD_INPUT', 'BAD_CURSOR', 'FORBIDDEN', 'UNAUTHENTICATED', 'MODULE_DISABLED', 'TOO_COMPLEX']);

/**
 * Messages that only resolvers send: the right values are secrets, do not exist, or would end the shared organization.
 */
const ofResolvers = new RegExp(
  [
    'Allowed only for your own',
    'must be another invoice',
    'This is not the slug of the organization',
    'The refresh token is not valid',
    'There is no refresh token: sign in',
    'There is no module',
    'must be a URL or null',
    'must be less than \\d+ days after',
    'must not be before \\d{4}-',
    'Organizations cannot have databases of their own here',
  ].join('|'),
);

/** Codes that the owner gets when an earlier case has ended the session or taken the role. */
const ended = new Set(['FORBIDDEN', 'UNAUTHENTICATED', 'SESSION_REVOKED', 'ORGANIZATION_REQUIRED']);

/** Whether a resolver of the root field ran: it gave a value, or threw an error of its own. */
function reached({ data, errors }: Answer, { field }: RootField): boolean {
  if (data?.[field.name] !== null && data?.[field.name] !== undefined) return true;
  const own = errors.filter(({ path }) => path?.[0] === field.name);
  if (own.length)
    return own.some(({ message, extensions }) => !early.has(extensions?.code ?? '') || ofResolvers.test(message));
  return data !== null && data !== undefined && field.name in data;
}

/** Nothing that a client sends is an error of the server's. */
function problemOf(answer: Answer): string | undefined {
  const codes = codesOf(answer);
  if (answer.status >= 500) return `status ${answer.status}`;
  if (codes.includes('INTERNAL')) return 'INTERNAL';
  const unknown = codes.find((code) => !(errorCodes as string[]).includes(code));
  return unknown && `an unknown code: ${unknown}`;
}

/** Sends a request again as another owner when an earlier case left the first one without a session or role. */
async function sendAsOwner(request: FuzzRequest): Promise<Answer> {
  const { authorization } = owner.headers;
  const answer = await send(request);
  const asOwner = request.headers.authorization === authorization;
  if (!asOwner || problemOf(answer) || !codesOf(answer).some((code) => ended.has(code))) return answer;
  owner = await company.member('OWNER');
  return await send({ ...request, headers: { ...request.headers, authorization: owner.headers.authorization! } });
}

const nameOf = ({ kind, field }: RootField): string => `${kind} ${field.name}`;

async function seedAndLook(): Promise<void> {
  const roles = ['OWNER', 'ADMIN', 'MANAGER', 'CONSULTANT', 'MEMBER', 'CLIENT'] as const;
  const viewers = new Map(
    await Promise.all(roles.map(async (role) => [role, await viewerOf(await company.as(role))] as const)),
  );
  await here.app.binding.write(
    company.tenant,
    (tx) => seedOrganization(tx, (role) => viewers.get(role as 'OWNER')!, contentFor('fr-FR')),
    {
      roleClass: 'job',
    },
  );
  const headers = { authorization: owner.headers.authorization!, 'content-type': 'application/json' };
  for (const { document } of queriesOf(schema)) {
    seen.read(
      (await send({ path: '/graphql', method: 'POST', headers, body: JSON.stringify({ query: document }) })).text,
    );
  }
}

it(`answers ${cases} random requests without an error of its own (FUZZ_SEED=${seed})`, {
  timeout: 3_600_000,
}, async () => {
  await seedAndLook();
  console.info(`FUZZ_SEED=${seed} FUZZ_CASES=${cases}`);
  const reachedFields = new Set<string>();
  const problems: string[] = [];
  const tally = new Map<string, number>();
  const lastErrors = new Map<string, string>();
  let reachedCases = 0;
  let withData = 0;
  let turn = 0;
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (gen) => {
      // Every fourth case of a field is plain, the first one too, and late ones are as long as none has reached it:
      // chance alone may never reach a field that takes a cursor
      const round = Math.floor(turn / rootFields.length);
      const root = rootFields[turn++ % rootFields.length]!;
      const isLate = round > 4 && !reachedFields.has(nameOf(root));
      const choices = choicesOf(gen, round % 4 === 0 || isLate);
      const operation = new Operations(choices, seen).of(root);
      const request = requestOf(operation, choices, owner.headers.authorization!);
      const answer = await sendAsOwner(request);
      if (reached(answer, root)) {
        reachedCases++;
        if (answer.data?.[root.field.name]) withData++;
        reachedFields.add(nameOf(root));
      } else lastErrors.set(nameOf(root), answer.text.slice(0, 300));
      for (const code of codesOf(answer)) tally.set(code, (tally.get(code) ?? 0) + 1);
      // Errors name ids that do not exist, and payloads of deletions those that no longer do
      if (!/^(delete|remove|revoke)/.test(root.field.name)) seen.read(JSON.stringify(answer.data ?? null));
      if (turn % 250 === 0) owner = await company.member('OWNER');
      const problem = problemOf(answer);
      if (problem) {
        const sent = { ...request, headers: { ...request.headers, authorization: '…' }, body: String(request.body) };
        problems.push(
          `${problem} at case ${turn}\n${JSON.stringify(sent).slice(0, 3_000)}\n${answer.text.slice(0, 500)}`,
        );
      }
    }),
    { seed, numRuns: cases },
  );
  // Chance alone leaves out a field or two of those that need an unlikely input
  const isMissed = (root: RootField) => !reachedFields.has(nameOf(root));
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (gen) => {
      const left = rootFields.filter(isMissed);
      const root = left[turn % left.length];
      if (!root) return;
      const choices = choicesOf(gen, turn++ % 3 > 0);
      const request = requestOf(new Operations(choices, seen).of(root), choices, owner.headers.authorization!);
      const answer = await sendAsOwner(request);
      if (reached(answer, root)) reachedFields.add(nameOf(root));
      else lastErrors.set(nameOf(root), answer.text.slice(0, 300));
      const problem = problemOf(answer);
      if (problem) problems.push(`${problem} for ${nameOf(root)}\n${answer.text.slice(0, 500)}`);
    }),
    { seed, numRuns: 300 },
  );
  const missed = rootFields
    .map(nameOf)
    .filter((name) => !reachedFields.has(name))
    .map((name) => `${name}: ${lastErrors.get(name)}`);
  console.info([...tally].map(([code, count]) => `${code} ${count}`).join(', '));
  console.info(
    `${reachedCases} of ${cases} cases reached a resolver (${withData} got data), ${reachedFields.size} of ${rootFields.length} root fields`,
  );
  expect(problems.slice(0, 10).join('\n\n')).toBe('');
  expect(missed).toEqual([]);
  expect(reachedCases).toBeGreaterThanOrEqual(cases / 2);
});
