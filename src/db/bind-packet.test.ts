import { expect, test } from 'vitest';
import { bindPacket, type Scope } from './bind-packet.ts';

const scope: Scope = {
  key: 'acme',
  searchPath: ['tenant_a', 'extensions'],
  role: 'ch_t_a',
  access: 'read',
  limits: { statementMs: 10_000, lockMs: 3_000, idleMs: 0 },
};

test('a read transaction uses one snapshot, a write transaction does not', () => {
  expect(bindPacket(scope).begin).toBe('begin isolation level repeatable read read only');
  expect(bindPacket({ ...scope, access: 'write' }).begin).toBe('begin');
});

test('every setting applies to the transaction only, and the role comes last', () => {
  expect(bindPacket(scope).settings).toBe(
    'set local search_path = "tenant_a", "extensions"; set local statement_timeout = 10000; ' +
      'set local lock_timeout = 3000; set local idle_in_transaction_session_timeout = 0; set local role "ch_t_a"',
  );
});

test('without a role or a search path, the login keeps its rights and finds no unqualified names', () => {
  const { settings } = bindPacket({ ...scope, role: null, searchPath: [] });
  expect(settings).toContain("set local search_path = '';");
  expect(settings).not.toContain('role');
});

test('the planning mode is set only if the scope names one', () => {
  expect(bindPacket({ ...scope, planning: 'generic' }).settings).toContain('plan_cache_mode = force_generic_plan;');
  expect(bindPacket({ ...scope, planning: 'custom' }).settings).toContain(
    'plan_cache_mode = force_custom_plan; set local cpu_index_tuple_cost = 0.05;',
  );
  expect(bindPacket(scope).settings).not.toContain('plan');
});

test('quotes in a name are escaped', () => {
  const { settings } = bindPacket({ ...scope, role: 'a"; drop schema b; --' });
  expect(settings).toContain('set local role "a""; drop schema b; --"');
});

test.each(['', 'x'.repeat(64), 'é'.repeat(32), 'a\0'])('refuses the name %j', (role) => {
  expect(() => bindPacket({ ...scope, role })).toThrow(RangeError);
});

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses the limit %d', (lockMs) => {
  expect(() => bindPacket({ ...scope, limits: { ...scope.limits, lockMs } })).toThrow(RangeError);
});
