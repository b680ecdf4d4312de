import { expect, it } from 'vitest';
import { RunningImports } from './running-imports.ts';

it('lets an organization import one file at a time, and few organizations at once', () => {
  const running = new RunningImports();
  const first = running.take('a');
  expect(() => running.take('a')).toThrow('Another import is running');
  for (const id of ['b', 'c', 'd']) running.take(id);
  expect(() => running.take('e')).toThrow('Another import is running');
  first[Symbol.dispose]();
  expect(() => running.take('a')).not.toThrow();
});
