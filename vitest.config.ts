import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As Node itself resolves packages: else graphql's development build comes in beside the one that Yoga uses.
  ssr: {
    resolve: { conditions: ['module-sync', 'node', 'import'], externalConditions: ['module-sync', 'node', 'import'] },
  },
  resolve: { conditions: ['module-sync', 'node', 'import'] },
  test: {
    include: process.env.LONG ? ['test/long/*.long.ts'] : ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    reporters: ['default', './test/support/tally-reporter.ts'],
    // A process per file: tests kill connections and read process-wide state.
    pool: 'forks',
    execArgv: ['--import', path.join(import.meta.dirname, 'bin/drizzle-resolution.js')],
    // Half of the time a file waits for its database; left to itself, vitest gives a machine of two processors one
    // process.
    maxWorkers: Math.max(2, availableParallelism()),
    // Only what hangs is to fail: a machine may be ten times as slow while others work on it.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
