import { writeSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/**
 * Ends the run's output with one line, `12 passed, 0 failed`, whatever else is printed. A file that does not load
 * and an error outside of the tests count as failed; a run without any test fails.
 */
export default class TallyReporter implements Reporter {
  #passed = 0;
  #failed = 0;

  onInit(): void {
    process.once('exit', () => {
      if (this.#failed > 0 || this.#passed === 0) process.exitCode ||= 1;
      writeSync(1, `${this.#passed} passed, ${this.#failed} failed\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const failedSuites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const broken = failedSuites.filter((suite) => suite.errors().length > 0);
    this.#passed = tests.filter((test) => test.result().state === 'passed').length;
    this.#failed =
      tests.filter((test) => test.result().state === 'failed').length + broken.length + unhandledErrors.length;
  }
}
