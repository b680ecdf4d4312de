import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * Files with a process of their own, because they change the process: its environment or handlers, or what modules
 * export; or measure its memory. All others share a few processes, which saves loading the program for each.
 */
const alone = [
  'test/db/{cancel,isolation,password}.test.ts',
  'test/operations.test.ts',
  'test/runtime/*.test.ts',
  'test/server/{memory,turns}.test.ts',
  'test/tenant-lifecycle/module-gate.test.ts',
];

/** Declare what the graph declares too. */
const declaring = ['src/access/row-rules.test.ts', 'test/declare/*.test.ts', 'test/graph/{bulk,resources}.test.ts'];

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
          project('together', {
            include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
            exclude: [...alone, ...declaring],
            isolate: false,
          }),
          project('alone', { include: [...alone, ...declaring] }),
        ],
  },
});
