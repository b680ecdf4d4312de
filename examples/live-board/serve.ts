import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import path from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
};

const modules = path.join(import.meta.dirname, '../../node_modules');
/** What a path of the page may name, and where it is. */
const folders: readonly [prefix: string, folder: string][] = [
  ['/lib/graphql-ws/', path.join(modules, 'graphql-ws/dist')],
  ['/lib/graphql-sse/', path.join(modules, 'graphql-sse/lib')],
  ['/', import.meta.dirname],
];

function fileOf(url: string): string {
  const { pathname } = new URL(url, 'http://localhost');
  const [prefix, folder] = folders.find(([start]) => pathname.startsWith(start))!;
  // A name without folders cannot lead anywhere else
  return path.join(folder, path.basename(pathname.slice(prefix.length)) || 'index.html');
}

/** Serves the page and the two clients that it uses. Port 0 takes any free one. */
export async function serveLiveBoard(port: number): Promise<Server> {
  const server = createServer(async (request, response) => {
    const file = fileOf(request.url ?? '/');
    const type = types[path.extname(file)];
    const isThere = await stat(file).then(
      (found) => found.isFile(),
      () => false,
    );
    if (!type || !isThere) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': type });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  return server;
}

if (import.meta.main) {
  const port = Number(process.argv[2] ?? 8080);
  await serveLiveBoard(port);
  process.stdout.write(`Live board: http://localhost:${port}/?server=http://localhost:4000\n`);
}
