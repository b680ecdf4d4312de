import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import type { Viewer } from '../identity/viewer.ts';
import { viewerStatement } from './viewer-statement.ts';

const member = { role: 'OWNER', permissions: new Set(['task:read']), profileId: 'p' } as unknown as Viewer;
const withModules = (...modules: string[]): Viewer => ({ ...member, modules: new Set(modules) });

const textFor = (viewer: Viewer): string =>
  viewerStatement('rows by module', viewer, ({ modules }) => sql.raw(`select ${[...modules].join(', ')}`)).text;

it('is compiled for each set of modules, since row rules of the events and the trash depend on them', () => {
  expect(textFor(withModules('finance'))).toBe('select finance');
  expect(textFor(withModules('leave'))).toBe('select leave');
  expect(textFor(withModules('finance'))).toBe('select finance');
});
