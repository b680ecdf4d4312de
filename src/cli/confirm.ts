import { createInterface } from 'node:readline';
import { AppError } from '../lib/errors.ts';
import { styled } from './text.ts';
import type { Host } from './toolbox.ts';

/** What a command is about to destroy, and the word that the operator must type to confirm. */
export interface Destruction {
  what: string;
  word: string;
}

/**
 * Asks the operator to confirm a destructive command, unless `--yes` was given. Throws BAD_INPUT without a terminal,
 * CANCELLED if the answer is not the word.
 */
export async function confirm(host: Host, { what, word }: Destruction, { yes }: { yes?: boolean }): Promise<void> {
  if (yes) return;
  if (!host.stdin.isTTY || !host.stderr.isTTY) throw new AppError('BAD_INPUT', `${what} Add --yes to do it.`);
  host.stderr.write([styled('yellow', what), `\nType ${word} to continue: `]);
  if ((await readLine(host)) !== word) throw new AppError('CANCELLED', 'Nothing was changed');
}

/** The next line of the terminal; undefined if the input ends or the command is interrupted. */
function readLine({ stdin, signal }: Host): Promise<string | undefined> {
  return new Promise((resolve) => {
    const reader = createInterface({ input: stdin });
    const stop = () => reader.close();
    signal.addEventListener('abort', stop);
    reader.once('line', (line) => {
      resolve(line.trim());
      stop();
    });
    reader.once('close', () => {
      signal.removeEventListener('abort', stop);
      resolve(undefined);
    });
    if (signal.aborted) stop();
  });
}
