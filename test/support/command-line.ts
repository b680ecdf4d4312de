import { runProgram } from '../../src/cli/program.ts';
import type { Host, Toolbox } from '../../src/cli/toolbox.ts';
import { printGraph } from '../../src/graphql/print-graph.ts';
import { schema } from '../../src/schema.ts';

export interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  isTTY?: boolean;
  signal?: AbortSignal;
}

type Tools = Omit<Toolbox, keyof AsyncDisposable>;

/** The command line over an open installation, which outlives its commands. */
export const commandLine =
  ({ fleet, catalog, directory, binding, identity }: Tools) =>
  async (args: readonly string[], { isTTY = false, signal = new AbortController().signal }: CommandOptions = {}) => {
    const output = { stdout: '', stderr: '' };
    const toolbox: Toolbox = { fleet, catalog, directory, binding, identity, [Symbol.asyncDispose]: async () => {} };
    const host: Host = {
      open: async () => toolbox,
      serve: () => Promise.reject(new Error('This command line serves nobody')),
      printSchema: () => printGraph(schema),
      stdout: { write: (text) => (output.stdout += text) },
      stderr: { write: (text) => (output.stderr += text), isTTY },
      signal,
    };
    const result: Output = { code: await runProgram(args, host), ...output };
    return result;
  };
