import type { Request } from '../contenders/contender.ts';
import type { Operation } from '../operations/operation.ts';

/** The origin of the pages that send; the server must allow it. */
export const origin = 'https://app.bench.localhost';

/** A kind of client: what it makes of the request that all of them send. */
export interface Sender {
  name: 'bare' | 'browser' | 'apollo' | 'urql';
  title: string;
  of(request: Request, operation: Operation): Request;
}

/** What Chromium adds to the `fetch` of a page on another origin. */
const ofBrowser = {
  accept: '*/*',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7',
  origin,
  referer: `${origin}/`,
  'sec-ch-ua': '"Chromium";v="143", "Not A(Brand";v="24"',
  'sec-ch-ua-mobile': '?0',
  'sec-ch-ua-platform': '"Linux"',
  'sec-fetch-dest': 'empty',
  'sec-fetch-mode': 'cors',
  'sec-fetch-site': 'cross-site',
  'user-agent': 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
};

const inBrowser = (request: Request, more: Record<string, string> = {}): Request => ({
  ...request,
  headers: { ...request.headers, ...ofBrowser, ...more },
});

/** The name of the operation, which Apollo and urql send. */
const nameOf = ({ query }: { query: string }): string | undefined => /^(?:query|mutation) (\w+)/.exec(query)?.[1];

const apollo = (request: Request): Request => {
  const body = JSON.parse(request.body);
  const extensions = { clientLibrary: { name: '@apollo/client', version: '4.3.8' } };
  const sent = inBrowser(request, {
    accept: 'application/graphql-response+json,application/json;q=0.9',
    'apollographql-client-name': 'bench',
    'apollographql-client-version': '1.0.0',
  });
  return { ...sent, body: JSON.stringify({ operationName: nameOf(body), ...body, extensions }) };
};

/** By default urql sends queries by GET as long as their address is short. */
const urql = (request: Request, { access }: Operation): Request => {
  const body = JSON.parse(request.body);
  const params = { operationName: nameOf(body), query: body.query, variables: body.variables };
  const accept =
    'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed';
  const sent = inBrowser(request, { accept });
  if (access === 'write') return { ...sent, body: JSON.stringify(params) };
  const { 'content-type': _, ...headers } = sent.headers;
  const search = new URLSearchParams({
    ...params,
    operationName: params.operationName ?? '',
    variables: JSON.stringify(body.variables),
  });
  return { method: 'GET', path: `${sent.path}?${search}`, headers, body: '' };
};

export const senders: readonly Sender[] = [
  { name: 'bare', title: 'no header that is not needed', of: (request) => request },
  { name: 'browser', title: '`fetch` of a page on another origin', of: (request) => inBrowser(request) },
  { name: 'apollo', title: 'Apollo Client in a browser', of: apollo },
  { name: 'urql', title: 'urql in a browser: GET for queries', of: urql },
];
