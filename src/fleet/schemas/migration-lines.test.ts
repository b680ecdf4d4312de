import { expect, test } from 'vitest';
import { toLedger } from '../../db/migration-ledger.ts';
import { MigrationLines } from './migration-lines.ts';

test('schemas with the same migrations and modules are compared once', () => {
  const lines = new MigrationLines();
  const applied = lines.ofTenant().slice(0, -1);
  const ledger = toLedger([{ schemaNames: ['a', 'b'], applied }]);
  const [a, b] = [lines.stateOf(ledger.get('a')!), lines.stateOf(ledger.get('b')!)];
  expect(a).toEqual({ state: 'BEHIND', pending: [lines.ofTenant().at(-1)] });
  expect(b).toBe(a);
  expect(lines.stateOf([...applied])).toEqual(a);
});
