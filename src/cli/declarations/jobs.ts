import { declare } from '../declare.ts';
import type { JsonFlag } from '../flags.ts';

export const jobsList = declare<[slug: string | undefined, flags: JsonFlag]>({
  usage: 'list [slug]',
  description: 'Count the waiting and dead jobs of each organization that has some, or list those of one.',
  examples: ['jobs list', 'jobs list acme --json'],
  destroys: null,
  run: async (...args) => (await import('../commands/jobs.ts')).run(...args),
});

export const jobsRetry = declare<[slug: string, id: string | undefined, flags: JsonFlag]>({
  usage: 'retry <slug> [id]',
  description: 'Queue the dead jobs of an organization again: all of them, or one.',
  examples: ['jobs retry acme'],
  destroys: null,
  run: async (...args) => (await import('../commands/jobs.ts')).runRetry(...args),
});

export const jobsDrain = declare<[slug: string | undefined, flags: JsonFlag]>({
  usage: 'drain [slug]',
  description: 'Do the jobs that are due now, of all organizations or of one, and report the outcome.',
  examples: ['jobs drain acme'],
  destroys: null,
  run: async (...args) => (await import('../commands/jobs.ts')).runDrain(...args),
});

export const worker = declare<[flags: object]>({
  usage: 'worker',
  description: 'Do the jobs of all organizations until SIGTERM or SIGINT, without serving requests.',
  examples: ['worker'],
  json: false,
  destroys: null,
  run: async (host) => (await import('../commands/jobs.ts')).runWorker(host),
});
