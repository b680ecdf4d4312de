import { App } from './app.ts';
import { runProgram } from './cli/program.ts';
import type { Host } from './cli/toolbox.ts';
import { type Config, loadConfig } from './config.ts';
import { printGraph } from './graphql/declare/print-graph.ts';
import { createLogger, type Logger } from './lib/logger.ts';
import { openProofTarget } from './proof-target.ts';
import { schema } from './schema.ts';
import { serve } from './serve.ts';

/*
 * The graph is loaded for every command, though few print or serve it: loading its modules is what registers their
 * handlers of each other's events, which imports and new members cause too.
 */

const interrupt = new AbortController();
// Not once: npm passes on a signal that was sent to its whole group, and the second would end us undrained.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());

// Who reads us through a pipe may stop early, as `head` does: the rest is for nobody.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

/** Read when first needed: `--help` and `schema print` work without a configuration. */
let configured: { config: Config; logger: Logger } | undefined;
const settings = () => {
  const config = loadConfig();
  configured ??= {
    config,
    logger: createLogger({ level: config.logLevel, stream: 'stderr', pretty: !config.production }),
  };
  return configured;
};

async function openApp({ unmigrated = false, look = false } = {}): Promise<App> {
  const app = await App.open({ ...settings(), look });
  try {
    if (!unmigrated) await app.assertSchemasCurrent();
    return app;
  } catch (error) {
    await app[Symbol.asyncDispose]();
    throw error;
  }
}

const host: Host = {
  signal: interrupt.signal,
  stdout: process.stdout,
  stderr: process.stderr,
  printSchema: () => printGraph(schema),
  serve: () => serve({ ...settings(), signal: interrupt.signal, stdout: process.stdout }),
  open: openApp,
  openForProof: async () => openProofTarget(await openApp()),
};

process.exitCode = await runProgram(process.argv.slice(2), host);
