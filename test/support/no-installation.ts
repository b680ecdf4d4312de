import { Readable } from 'node:stream';
import { runProgram } from '../../src/cli/program.ts';
import type { Program, Streams } from '../../src/cli/toolbox.ts';
import { AppError } from '../../src/lib/errors.ts';

/** What a command line did that has no installation to open. */
export interface Attempt {
  code: number;
  stdout: string;
  stderr: string;
  /** Whether it wanted to open one, and how often. */
  opened: boolean;
  opens: number;
}

export interface Terminal {
  isTTY?: boolean;
  /** Whether it shows colours. */
  colours?: boolean;
  /** What somebody at the terminal types; nothing ends the input. */
  answer?: string;
  /** How many times the database takes no connection, before there turns out to be no installation. */
  outages?: number;
}

export function noProgram(onOpen: () => AppError | undefined = () => undefined): Program {
  const open = () => Promise.reject(onOpen() ?? new AppError('INVALID_STATE', 'There is no installation'));
  return {
    open,
    openFleet: open,
    loadRewinding: open,
    openForProof: open,
    openWorker: open,
    serve: open,
    printSchema: open,
    printPersonalData: open,
    signal: new AbortController().signal,
  };
}

/** Runs a command line up to where it opens the installation. */
export async function attempt(
  args: readonly string[],
  { isTTY = false, colours = false, answer, outages = 0 }: Terminal = {},
): Promise<Attempt> {
  const done = { stdout: '', stderr: '', opened: false, opens: 0 };
  const streams: Streams = {
    stdin: Object.assign(Readable.from(answer === undefined ? [] : [`${answer}\n`]), { isTTY }),
    stdout: { write: (text) => (done.stdout += text), isTTY },
    stderr: { write: (text) => (done.stderr += text), isTTY },
    colours,
  };
  const program = noProgram(() => {
    done.opened = true;
    return ++done.opens <= outages ? new AppError('UNAVAILABLE', 'The database takes no connection') : undefined;
  });
  const code = await runProgram(args, program, streams);
  return { code, ...done };
}

/** The words of a shell line, without quotes and what follows a redirection. */
export const words = (line: string): string[] =>
  [...line.replace(/ > .*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
