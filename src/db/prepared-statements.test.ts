import { expect, test } from 'vitest';
import { statementBytes } from './backend-memory.ts';
import { type Prepared, PreparedStatements } from './prepared-statements.ts';

const room = (count: number): number => count * statementBytes('select 1');
/** As postgres.js does when the server has described a statement. */
const understood = (statement: Prepared): Prepared => Object.assign(statement, { columns: [] });

test('a key finds its own statement', () => {
  const prepared = new PreparedStatements();
  const { statement, parsed } = prepared.find('a', 'select 1', []);
  expect([statement.name, parsed]).toEqual(['1 a', false]);
  expect(prepared.find('a', 'select 1', [])).toEqual({ statement, parsed: true });
  expect(prepared.find('b', 'select 1', []).statement.name).toBe('2 b');
  expect(prepared.find('a', 'select 1', [16]).statement.name).toBe('3 a');
  expect(prepared.find('a', 'select 1', [0]).statement.name).toBe('1 a');
  expect(prepared).toMatchObject({ count: 3, bytes: room(3) });
});

test('closes the least recently used statements', () => {
  const prepared = new PreparedStatements();
  for (const key of ['a', 'b', 'c', 'd']) understood(prepared.find(key, 'select 1', []).statement);
  prepared.find('a', 'select 1', []);
  expect(prepared.trim(room(4))).toBeUndefined();
  expect(prepared.trim(room(2))).toEqual({ closed: 2, sql: 'deallocate "2 b"; deallocate "3 c"' });
  expect(prepared.trim(room(2))).toBeUndefined();
  expect(prepared.find('b', 'select 1', [])).toMatchObject({ parsed: false, statement: { name: '5 b' } });
  expect(prepared.count).toBe(3);
});

test('closes a statement that failed, unless the server never had it', () => {
  const prepared = new PreparedStatements();
  const [one, two] = ['a', 'b'].map((key) => prepared.find(key, 'select 1', []).statement);
  prepared.forget(understood(one!));
  prepared.forget(two!);
  prepared.forget(two!);
  expect(prepared).toMatchObject({ count: 0, bytes: 0 });
  expect(prepared.trim(room(9))).toEqual({ closed: 1, sql: 'deallocate "1 a"' });
});

test('shortens names that do not fit, and keeps no long statements', () => {
  const prepared = new PreparedStatements();
  for (const key of ['a b', 'é', 'x'.repeat(60)]) {
    expect(prepared.find(key, 'select 1', []).statement.name).toMatch(/^\d$/);
  }
  expect(prepared.find('a', 'x'.repeat(20_001), []).statement.name).toBe('');
  expect(prepared.count).toBe(3);
});
