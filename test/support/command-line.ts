import { Readable } from 'node:stream';
import { runProgram } from '../../src/cli/program.ts';
import type { Program, Streams, Toolbox } from '../../src/cli/toolbox.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { printPersonalData } from '../../src/graphql/declare/personal-data.ts';
import { printGraph } from '../../src/graphql/declare/print-graph.ts';
import { rewoundRows } from '../../src/modules/events/rewind/rewound-rows.ts';
import { whatIsLost } from '../../src/modules/events/rewind/what-is-lost.ts';
import { schema } from '../../src/schema.ts';
import { testSecret } from './test-secret.ts';

export interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  isTTY?: boolean;
  /** What somebody at the terminal types. */
  answer?: string;
  signal?: AbortSignal;
  /** Whenever something is written to the stream of errors, such as progress. */
  onStderr?: () => void;
  /** For `tenant prove`; closed by the command. */
  openForProof?: Program['openForProof'];
  /** For `jobs drain` and `worker`; closed by the command. */
  openWorker?: Program['openWorker'];
}

const nothingToProve: Program['openForProof'] = () => Promise.reject(new Error('This command line proves nothing'));
const noWorker: Program['openWorker'] = () => Promise.reject(new Error('This command line does no jobs'));

type Tools = Omit<Toolbox, keyof AsyncDisposable | 'config'> & { config?: Config };

/** Of an installation that a test has put together itself. */
const ownConfig = loadConfig({ NODE_ENV: 'test', DATABASE_URL: 'postgres://localhost/none', SECRET: testSecret });

/** The command line over an open installation, which outlives its commands. */
export const commandLine =
  ({ config = ownConfig, fleet, catalog, directory, binding, identity }: Tools) =>
  async (args: readonly string[], options: CommandOptions = {}) => {
    const { isTTY = false, answer, signal = new AbortController().signal } = options;
    const { openForProof = nothingToProve, openWorker = noWorker } = options;
    const output = { stdout: '', stderr: '' };
    const tools = { config, fleet, catalog, directory, binding, identity };
    const toolbox: Toolbox = { ...tools, [Symbol.asyncDispose]: async () => {} };
    const program: Program = {
      open: async () => toolbox,
      openFleet: async () => toolbox,
      loadRewinding: async () => ({ rowsOf: rewoundRows, lost: whatIsLost() }),
      openForProof,
      openWorker,
      serve: () => Promise.reject(new Error('This command line serves nobody')),
      printSchema: async () => printGraph(schema),
      printPersonalData: async () => printPersonalData(),
      signal,
    };
    const streams: Streams = {
      stdin: Object.assign(Readable.from(answer === undefined ? [] : [`${answer}\n`]), { isTTY }),
      colours: false,
      stdout: { write: (text) => (output.stdout += text), isTTY },
      stderr: {
        write(text) {
          output.stderr += text;
          options.onStderr?.();
        },
        isTTY,
      },
    };
    const result: Output = { code: await runProgram(args, program, streams), ...output };
    return result;
  };
