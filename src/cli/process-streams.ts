import type { Streams } from './toolbox.ts';

/** The streams of this process, with colours unless NO_COLOR is set (https://no-color.org). */
export function processStreams(): Streams {
  const { stdin, stdout, stderr, env } = process;
  return { stdin, stdout, stderr, colours: !env.NO_COLOR && env.TERM !== 'dumb' };
}
