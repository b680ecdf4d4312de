import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { databaseError } from '../../db/pg-errors.ts';
import { maskError } from './mask-error.ts';
import { OutageLog } from './outage-log.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const lines: string[] = [];
const logger = pino({ level: 'info', base: null }, { write: (line: string) => lines.push(line) });
beforeEach(() => lines.splice(0));
const messages = () => lines.map((line) => JSON.parse(line)).map(({ msg, failed }) => [msg, failed]);

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
const statement = new Error(`Failed query: select ${'x'.repeat(5_000)}\nparams: secret`, { cause: refused });
const outage = () => databaseError('UNAVAILABLE', statement);

it('logs the start of an outage in one short line, then the number of failed requests, and its end', () => {
  const log = new OutageLog(logger);
  for (let i = 0; i < 1_000; i++) log.failed(outage());
  expect(lines).toHaveLength(1);
  expect(lines[0]!.length).toBeLessThan(300);
  expect(JSON.parse(lines[0]!)).toMatchObject({ code: 'UNAVAILABLE', reason: { code: 'ECONNREFUSED' } });
  vi.advanceTimersByTime(60_000);
  log.failed(outage());
  vi.advanceTimersByTime(120_000);
  log.failed(outage());
  expect(messages()).toEqual([
    ['requests fail because of the database', undefined],
    ['requests still fail because of the database', 1_000],
    ['requests still fail because of the database', 1_001],
    ['requests no longer fail because of the database', 1_001],
    ['requests fail because of the database', undefined],
  ]);
});

it('logs failures with different reasons separately', () => {
  const log = new OutageLog(logger);
  log.failed(outage());
  log.failed(databaseError('UNAVAILABLE', Object.assign(new Error('disk full'), { code: '53100' })));
  log.failed(databaseError('TIMEOUT', new Error('canceling statement due to statement timeout')));
  expect(lines).toHaveLength(3);
});

it('is written by maskError, without secrets', () => {
  for (let i = 0; i < 100; i++) maskError(outage(), logger);
  expect(messages()).toEqual([['requests fail because of the database', undefined]]);
  expect(lines.join()).not.toContain('secret');
});
