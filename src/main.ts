import { constants } from 'node:os';
import { processStreams } from './cli/process-streams.ts';
import { runProgram } from './cli/program.ts';
import type { Program } from './cli/toolbox.ts';
import { exitCodeOf } from './lib/errors.ts';

const interrupt = new AbortController();
let lost = false;
let received: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Not once: npm passes on a signal that was sent to its whole group, and the second would end us undrained.
  process.on(signal, () => {
    received ??= signal;
    interrupt.abort();
  });
}

// A reader of our output may stop early, as `head` does; a disk that it goes to may be full.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') return;
  lost = true;
  process.stderr.write(`The output cannot be written: ${message}\n`);
});

/** Each command loads what it needs: help needs neither the configuration, nor the database, nor the graph. */
const program: Program = {
  signal: interrupt.signal,
  open: async (options) => (await import('./start.ts')).openApp(options),
  openFleet: async (options) => (await import('./start-fleet.ts')).openFleet(options),
  loadRewinding: async () => (await import('./start-graph.ts')).loadRewinding(),
  openForProof: async () => (await import('./start-graph.ts')).openForProof(),
  openWorker: async () => (await import('./start-graph.ts')).openWorker(),
  printSchema: async () => (await import('./start-graph.ts')).printSchema(),
  printPersonalData: async () => (await import('./start-graph.ts')).printPersonalData(),
  serve: async () => (await import('./start-graph.ts')).serveUntil(interrupt.signal, process.stdout),
};

const code = await runProgram(process.argv.slice(2), program, processStreams());
process.exitCode = code !== 0 && received ? 128 + constants.signals[received] : code;
process.once('exit', () => {
  if (lost && process.exitCode === 0) process.exitCode = exitCodeOf('UNAVAILABLE');
});
