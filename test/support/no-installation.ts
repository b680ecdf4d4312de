import { Readable } from 'node:stream';
import { runProgram } from '../../src/cli/program.ts';
import type { Program, Streams } from '../../src/cli/toolbox.ts';
import { AppError } from '../../src/lib/errors.ts';

/** What a command line did that has no installation to open. */
export interface Attempt {
  code: number;
  stdout: string;
  stderr: string;
  /** Whether it wanted to open one. */
  opened: boolean;
}

export interface Terminal {
  isTTY?: boolean;
  /** Whether it shows colours. */
  colours?: boolean;
  /** What somebody at the terminal types; nothing ends the input. */
  answer?: string;
}

export function noProgram(onOpen: () => void = () => {}): Program {
  const open = () => {
    onOpen();
    return Promise.reject(new AppError('UNAVAILABLE', 'There is no installation'));
  };
  return {
    open,
    openForProof: open,
    serve: open,
    printSchema: open,
    printPersonalData: open,
    signal: new AbortController().signal,
  };
}

/** Runs a command line up to where it opens the installation. */
export async function attempt(
  args: readonly string[],
  { isTTY = false, colours = false, answer }: Terminal = {},
): Promise<Attempt> {
  const done = { stdout: '', stderr: '', opened: false };
  const streams: Streams = {
    stdin: Object.assign(Readable.from(answer === undefined ? [] : [`${answer}\n`]), { isTTY }),
    stdout: { write: (text) => (done.stdout += text), isTTY },
    stderr: { write: (text) => (done.stderr += text), isTTY },
    colours,
  };
  const program = noProgram(() => (done.opened = true));
  const code = await runProgram(args, program, streams);
  return { code, ...done };
}

/** The words of a shell line, without quotes and what follows a redirection. */
export const words = (line: string): string[] =>
  [...line.replace(/ > .*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
