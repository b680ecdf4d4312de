import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Encoding } from './explorer-assets.ts';

/*
 * A worker thread that compresses the files of GraphiQL once. They are a module of 9 MB: in the main thread its texts
 * would stay in memory, and compressing them would block requests.
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

/** Compresses every file and hands the files over. */
async function compressTo(port: MessagePort): Promise<void> {
  // The package exports only a page with inline scripts, which a strict content security policy forbids; it ships the
  // parts too
  const parts = new URL('graphiql.js', import.meta.resolve('@graphql-yoga/render-graphiql'));
  const { js, css, editorWorkerService, jsonWorker, graphqlWorker }: Texts = await import(parts.href);
  const texts: Texts = { js, css, editorWorkerService, jsonWorker, graphqlWorker };
  const toEncoding = compress[workerData as Encoding];
  const compressed = Object.entries(texts).map(([name, text]) => [name, toEncoding(Buffer.from(text))]);
  port.postMessage(Object.fromEntries(compressed));
}

// There is no port in the main thread, where bin/fill-cache.js loads every file
if (parentPort) await compressTo(parentPort);
