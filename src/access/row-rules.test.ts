import { expect, expectTypeOf, it } from 'vitest';
import { defineRowRule, rowRuleOf, type TableName, type WhereOf } from './row-rules.ts';

// The type checker runs this, not the test: the union over all tables exceeds its limit (TS2590) when there are 75 more
it('has an opaque filter for an unknown table, and a typed one for a known table', () => {
  expectTypeOf<WhereOf<TableName>>().toEqualTypeOf<object>();
  expectTypeOf<{ name: { like: string } }>().toExtend<WhereOf<'clients'>>();
  expectTypeOf<{ nameless: true }>().not.toExtend<WhereOf<'clients'>>();
});

it('reads no table without a rule, and takes one rule for a table', () => {
  expect(() => rowRuleOf('clients', {} as never)).toThrow('no row rule');
  defineRowRule('clients', () => 'none');
  expect(rowRuleOf('clients', {} as never)).toBe('none');
  expect(() => defineRowRule('clients', () => 'all')).toThrow('declared twice');
});
