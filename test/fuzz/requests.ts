import type { Operation } from './operations.ts';
import type { Choices } from './values.ts';

export interface FuzzRequest {
  path: string;
  method: string;
  headers: Record<string, string>;
  body?: string | Buffer;
}

const json = 'application/json';
const isHeaderValue = (text: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(text);

const oddHeaders: readonly (readonly [string, readonly string[]])[] = [
  [
    'accept',
    ['application/xml', '*/*', 'application/graphql-response+json', 'text/event-stream', 'multipart/mixed', '', ',;q='],
  ],
  [
    'content-type',
    [
      'text/plain',
      'application/json; charset=latin1',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      ';',
      'application/graphql',
    ],
  ],
  ['content-encoding', ['gzip', 'br', 'nope']],
  ['authorization', ['Bearer x', 'Bearer a.b.c', 'Basic eA==', 'Bearer', '', 'Bearer eyJhbGciOiJub25lIn0.e30.']],
  ['x-tenant', ['nope', '', '../x', 'A B']],
  ['idempotency-key', ['key', '', 'x'.repeat(300), 'a b']],
  ['chantier-after', ['x', '', '1:2:3', '99999999999999999999']],
  ['cookie', ['chantier_refresh=x', '=;;', 'a=%zz', '__Host-chantier-refresh=x.y']],
  ['origin', ['https://evil.example', 'null', 'x']],
  ['x-forwarded-for', ['unknown', '[::1]:1', '1.2.3.4, 5.6.7.8']],
  ['traceparent', ['x', '00-0-0-0']],
  ['accept-language', ['zz;q=9', 'fr']],
];

/** Sends an operation as clients do, or in one of the ways that they should not. */
export function requestOf(operation: Operation, choices: Choices, authorization: string): FuzzRequest {
  const { chance, slip } = choices;
  const headers: Record<string, string> = { authorization, 'content-type': json };
  if (slip(30)) addOddHeader(headers, choices);
  const isQuery = operation.query.startsWith('query');
  if (isQuery ? chance(12) : slip(10)) return asQueryString(operation, choices, headers);
  if (slip(20)) return { path: '/graphql', method: 'POST', headers, body: oddBody(operation, choices) };
  if (slip(5)) return { path: oddPath(choices), method: choices.pick(['GET', 'POST', 'PUT', 'DELETE']), headers };
  return { path: '/graphql', method: 'POST', headers, body: JSON.stringify(operation) };
}

function addOddHeader(headers: Record<string, string>, { pick, chance, text }: Choices): void {
  const [name, values] = pick(oddHeaders);
  const made = text();
  headers[name] = chance(70) || !isHeaderValue(made) ? pick(values) : made;
}

function asQueryString(operation: Operation, choices: Choices, headers: Record<string, string>): FuzzRequest {
  const { slip, pick, text } = choices;
  const { 'content-type': _, ...others } = headers;
  const params = new URLSearchParams();
  params.set('query', slip(20) ? pick(['', '{', '{__typename}', text()]) : operation.query);
  params.set('variables', slip(30) ? pick(['{', '[]', 'null', '"x"', text()]) : JSON.stringify(operation.variables));
  if (slip(20)) params.set('operationName', pick(['Fuzz', 'Nope', '', text()]));
  if (slip(10)) params.set('extensions', pick(['{', '{}', '{"persistedQuery":{"version":1,"sha256Hash":"x"}}']));
  const query = slip(10)
    ? pick(['query=%', 'query=%zz', '&&=', `query=${encodeURIComponent(text().toWellFormed())}`])
    : `${params}`;
  return { path: `/graphql?${query}`, method: 'GET', headers: others };
}

function oddBody({ query, variables }: Operation, { pick, text, below }: Choices): string | Buffer {
  const whole = JSON.stringify({ query, variables });
  return pick<() => string | Buffer>([
    () => whole.slice(0, below(whole.length)),
    () => Buffer.concat([Buffer.from(whole.slice(0, -1)), Buffer.from([0xff, 0xfe])]),
    () => pick(['', 'null', '[]', '{}', '"x"', '0', '{"query":1}', '{"query":null}', '[{"query":"{__typename}"}]']),
    () => JSON.stringify({ query, variables: pick<unknown>([[], 'x', 7, null, { x: 1 }]) }),
    () => JSON.stringify({ query, variables, operationName: pick<unknown>(['Nope', '', 7, {}, text()]) }),
    () =>
      JSON.stringify({
        query,
        variables,
        extensions: pick<unknown>([null, [], 'x', { persistedQuery: 7 }, { plan: 1 }]),
      }),
    () => `{"query":${JSON.stringify(query)},"variables":${'{"a":'.repeat(500)}1${'}'.repeat(500)}}`,
    () => text(),
  ])();
}

const oddPath = ({ pick, text }: Choices): string =>
  pick([
    '/',
    '/nothing',
    '/t/nope/graphql',
    '/t/%zz/graphql',
    '//graphql',
    '/graphql/',
    '/health/live',
    '/health/ready',
    '/api/organizations/x/database',
    `/${encodeURIComponent(text().toWellFormed())}`,
  ]);
