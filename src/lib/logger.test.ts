import { DrizzleQueryError } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { AppError } from './errors.ts';
import { describeError } from './logger.ts';

it('a failed statement is logged without its values, with what the database said', () => {
  const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (email)=(ada@x.example)' });
  const error = new DrizzleQueryError('insert into "users" values ($1, $2)', ['ada@x.example', 'hash'], cause);
  const logged = JSON.stringify(describeError(new AppError('INTERNAL', 'It failed', {}, { cause: error })));
  expect(logged).toContain('insert into');
  expect(logged).toContain('"code":"23505"');
  expect(logged).toContain('logger.test.ts');
  expect(logged).not.toMatch(/ada@x|hash/);
});

it('what is no error is logged as it is', () => {
  expect(describeError('text')).toBe('text');
});
