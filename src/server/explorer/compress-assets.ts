import { parentPort, workerData } from 'node:worker_threads';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Encoding } from './explorer-assets.ts';

/*
 * A worker thread that compresses the files of GraphiQL once. They are a module of 9 MB: in the main thread its texts would
 * stay in memory, and compressing them would block requests.
 */

interface Texts {
  js: string;
  css: string;
  editorWorkerService: string;
  jsonWorker: string;
  graphqlWorker: string;
}

const compress: Record<Encoding, (content: Buffer) => Buffer> = {
  gzip: (content) => gzipSync(content),
  br: (content) =>
    brotliCompressSync(content, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
    }),
};

// The package exports only a page with inline scripts, which a strict content security policy forbids; it ships the parts too
const parts = new URL('graphiql.js', import.meta.resolve('@graphql-yoga/render-graphiql'));
const { js, css, editorWorkerService, jsonWorker, graphqlWorker }: Texts = await import(parts.href);
const texts: Texts = { js, css, editorWorkerService, jsonWorker, graphqlWorker };
const compressed = Object.entries(texts).map(([name, text]) => [
  name,
  compress[workerData as Encoding](Buffer.from(text)),
]);
parentPort?.postMessage(Object.fromEntries(compressed));
