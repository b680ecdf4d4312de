import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * Files that share a process with others, which saves loading the program for each: what they use of it keeps no state
 * beside the world that they open and close. All other files have a process of their own: they kill connections, read
 * process-wide state, or declare types in the graph.
 */
const together = [
  'src/**/*.test.ts',
  ...[
    ...['clients', 'documents', 'events', 'filters', 'finance', 'graph', 'identity', 'imports', 'leave', 'lifecycle'],
    ...['mail', 'messaging', 'milestones', 'people', 'projects', 'screens', 'search', 'settings', 'tasks', 'time'],
    'trash',
  ].map((folder) => `test/${folder}/**/*.test.ts`),
  'test/compile/{nodes,one-statement,partly,plans,statements,unusual-years}.test.ts',
  'test/server/{graph-requests,http,log-lines,real-clients,request-rules,routes,tenant-routing}.test.ts',
];

/** Declare what the graph declares too. */
const declaring = ['src/access/row-rules.test.ts', 'test/graph/bulk.test.ts', 'test/graph/resources.test.ts'];

// As Node itself resolves packages: else graphql's development build comes in beside the one that Yoga uses.
const conditions = ['module-sync', 'node', 'import'];
const resolution = {
  ssr: { resolve: { conditions, externalConditions: conditions } },
  resolve: { conditions },
};

const files = {
  pool: 'forks' as const,
  execArgv: ['--import', path.join(import.meta.dirname, 'bin/drizzle-resolution.js')],
  // Half of the time a file waits for its database; left to itself, vitest gives a machine of two processors one
  // process.
  maxWorkers: Math.max(2, availableParallelism()),
  // Only what hangs is to fail: a machine may be ten times as slow while others work on it.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  teardownTimeout: 60_000,
  expect: { poll: { timeout: 60_000 } },
};

const project = (name: string, chosen: { include: string[]; exclude?: string[]; isolate?: boolean }) => ({
  ...resolution,
  test: { ...files, name, ...chosen },
});

export default defineConfig({
  ...resolution,
  test: {
    globalSetup: 'test/support/global-setup.ts',
    reporters: ['default', './test/support/tally-reporter.ts'],
    teardownTimeout: files.teardownTimeout,
    maxWorkers: files.maxWorkers,
    projects: process.env.LONG
      ? [project('long', { include: ['test/long/*.long.ts'] })]
      : [
          project('together', { include: together, exclude: declaring, isolate: false }),
          project('alone', { include: ['test/**/*.test.ts'], exclude: together.slice(1) }),
          // The folders of `together`, which the project before leaves out, contain some of them
          project('declaring', { include: declaring }),
        ],
  },
});
