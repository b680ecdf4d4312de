import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

export type Encoding = 'gzip' | 'br';

/** Files of GraphiQL, by the names that its package gives them. */
export type GraphiqlFile = 'js' | 'css' | 'editorWorkerService' | 'jsonWorker' | 'graphqlWorker';

type Files = Readonly<Record<GraphiqlFile, Uint8Array>>;

const { version } = createRequire(import.meta.url)('@graphql-yoga/render-graphiql/package.json') as { version: string };

const extensions: Record<GraphiqlFile, string> = {
  js: '.js',
  css: '.css',
  editorWorkerService: '-editor-worker.js',
  jsonWorker: '-json-worker.js',
  graphqlWorker: '-graphql-worker.js',
};

/** The names in addresses. They contain the version, so that browsers can cache the files for ever. */
export const graphiqlNames = Object.fromEntries(
  Object.entries(extensions).map(([file, extension]) => [file, `graphiql-${version}${extension}`]),
) as Record<GraphiqlFile, string>;

/** The files of GraphiQL, compressed once for each encoding on first use. */
export class ExplorerAssets {
  readonly #compressed = new Map<Encoding, Promise<Files>>();

  async read(file: GraphiqlFile, encoding: Encoding): Promise<Uint8Array> {
    const files = await (this.#compressed.get(encoding) ?? this.#compress(encoding));
    return files[file];
  }

  #compress(encoding: Encoding): Promise<Files> {
    const files = compressAll(encoding).catch((error: unknown) => {
      // The next request tries again
      this.#compressed.delete(encoding);
      throw error;
    });
    this.#compressed.set(encoding, files);
    return files;
  }
}

async function compressAll(encoding: Encoding): Promise<Files> {
  const worker = new Worker(new URL('./compress-assets.ts', import.meta.url), { workerData: encoding });
  const [files] = (await once(worker, 'message')) as [Files];
  return files;
}
