import postgres from 'postgres';
import { expect, test } from 'vitest';
import { AppError } from '../lib/errors.ts';
import {
  constraintOf,
  isAnswer,
  isForeignKeyViolation,
  isPermissionDenied,
  isUniqueViolation,
  toAppError,
} from './pg-errors.ts';

const serverError = (code: string, more: object = {}): Error =>
  Object.assign(new postgres.PostgresError('refused'), { code, severity: 'ERROR', ...more });
const wrapped = (cause: unknown): Error => new Error('Failed query: select secret', { cause });

test.each([
  ['23505', {}, 'ALREADY_EXISTS'],
  ['23514', {}, 'BAD_INPUT'],
  ['22P02', {}, 'BAD_INPUT'],
  ['40001', {}, 'TRANSACTION_CONFLICT'],
  ['40P01', {}, 'TRANSACTION_CONFLICT'],
  ['55P03', {}, 'TRANSACTION_CONFLICT'],
  ['57014', { message: 'canceling statement due to statement timeout' }, 'TIMEOUT'],
  ['57014', { message: 'canceling statement due to user request' }, 'CANCELLED'],
  ['57P01', {}, 'CONNECTION_LOST'],
  ['25P03', {}, 'CONNECTION_LOST'],
  ['08006', {}, 'CONNECTION_LOST'],
  ['57P03', {}, 'UNAVAILABLE'],
  ['53300', {}, 'UNAVAILABLE'],
  ['23503', { query: 'delete from projects' }, 'IN_USE'],
  ['23503', { query: 'insert into tasks' }, 'NOT_FOUND'],
  ['23001', {}, 'IN_USE'],
  ['42501', {}, undefined],
  ['42P01', {}, undefined],
  ['23502', {}, undefined],
] as const)('%s %j means %s', (code, more, expected) => {
  expect(toAppError(wrapped(serverError(code, more)))?.code).toBe(expected);
});

test.each(['ECONNREFUSED', 'ENOTFOUND', 'CONNECT_TIMEOUT'])('%s says when to retry', (code) => {
  expect(toAppError(Object.assign(new Error('no'), { code }))).toMatchObject({
    code: 'UNAVAILABLE',
    details: { retryAfter: 1 },
  });
});

test('the message for the caller reveals nothing about the database', () => {
  const error = toAppError(wrapped(serverError('23505', { detail: 'Key (secret)=(1)', constraint_name: 'x_key' })))!;
  expect(JSON.stringify([error.message, error.details])).not.toMatch(/secret|x_key|refused/);
});

test('an AppError in the chain of causes is returned, and a cycle of causes ends', () => {
  const inner = new AppError('UNAVAILABLE', 'busy');
  expect(toAppError(wrapped(wrapped(inner)))).toBe(inner);
  const loop = new Error('a');
  loop.cause = new Error('b', { cause: loop });
  expect(toAppError(loop)).toBeUndefined();
  expect([toAppError('text'), toAppError(undefined)]).toEqual([undefined, undefined]);
});

test('the name of a violated constraint is found, even on a shard', () => {
  const named = serverError('23505', { constraint_name: 'tasks_code_key' });
  const shard = serverError('23505', { message: 'duplicate key violates unique constraint "tasks_code_key_102157"' });
  for (const error of [named, shard]) {
    expect(constraintOf(wrapped(error))).toBe('tasks_code_key');
    expect(isUniqueViolation(wrapped(error), 'tasks_code_key')).toBe(true);
    expect(isUniqueViolation(error, 'other')).toBe(false);
  }
  expect(isUniqueViolation(new AppError('ALREADY_EXISTS', 'there', {}, { cause: named }))).toBe(true);
  expect(isForeignKeyViolation(serverError('23503'))).toBe(true);
  expect(isPermissionDenied(serverError('42501'))).toBe(true);
});

test('a stale plan is distinguished from an unsupported feature', () => {
  const stale = serverError('0A000', { routine: 'RevalidateCachedQuery' });
  expect(toAppError(wrapped(stale))).toMatchObject({ code: 'TRANSACTION_CONFLICT', details: { retryAfter: 1 } });
  expect(toAppError(serverError('0A000'))).toBeUndefined();
});

test('a fatal error leaves the state of the connection unknown', () => {
  expect([isAnswer(serverError('23505')), isAnswer(serverError('57P01', { severity: 'FATAL' }))]).toEqual([
    true,
    false,
  ]);
  expect(isAnswer(new Error('write CONNECTION_CLOSED'))).toBe(false);
});
