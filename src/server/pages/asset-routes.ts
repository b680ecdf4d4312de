import { notFound } from '../../lib/errors.ts';
import { type Encoding, ExplorerAssets, type GraphiqlFile, graphiqlNames } from '../explorer/explorer-assets.ts';
import { anybody, type Route, type RouteAnswer, type RouteHead } from '../routes/route.ts';
import { defineRoute } from '../routes/serve-route.ts';
import { findAsset } from './assets.ts';

const graphiqlFiles = new Map<string, GraphiqlFile>(
  (Object.keys(graphiqlNames) as GraphiqlFile[]).map((file) => [graphiqlNames[file], file]),
);

/** `/assets/<name>`: styles, scripts and the icon of our pages. The content of a name never changes. */
export function assetRoute(): Route {
  const explorer = new ExplorerAssets();
  return defineRoute({
    name: 'page',
    path: '/assets/:name',
    methods: ['GET'],
    body: 'none',
    content: 'data',
    authenticate: anybody,
    handle: async (request) => {
      const name = request.params.name!;
      const file = graphiqlFiles.get(name);
      if (file) return sendGraphiql(request, name, file, explorer);
      const asset = findAsset(name);
      if (!asset) throw notFound('File');
      return kept(request, name, { 'content-type': asset.type }, () => asset.text);
    },
  });
}

async function sendGraphiql(
  head: RouteHead,
  name: string,
  file: GraphiqlFile,
  explorer: ExplorerAssets,
): Promise<RouteAnswer> {
  const encoding = encodingFor(head.headers.get('accept-encoding'));
  const type = `text/${name.endsWith('.css') ? 'css' : 'javascript'}; charset=utf-8`;
  const headers = { 'content-type': type, 'content-encoding': encoding, vary: 'accept-encoding' };
  return kept(head, `${name}-${encoding}`, headers, async () => Buffer.from(await explorer.read(file, encoding)));
}

/**
 * Every browser accepts gzip. Brotli is smaller, but browsers accept it only over https and on the loopback address.
 */
const encodingFor = (accepted: string | null): Encoding =>
  /\bbr\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted ?? '') ? 'br' : 'gzip';

async function kept(
  { headers: sent }: RouteHead,
  tag: string,
  headers: Record<string, string>,
  content: () => string | Buffer | Promise<Buffer>,
): Promise<RouteAnswer> {
  const etag = `"${tag}"`;
  const all = { ...headers, etag, 'cache-control': 'public, max-age=31536000, immutable' };
  const known = sent.get('if-none-match')?.slice(0, 1_000).split(',') ?? [];
  if (known.some((each) => each.trim().replace(/^W\//, '') === etag)) return { status: 304, headers: all, body: '' };
  return { status: 200, headers: all, body: await content() };
}
