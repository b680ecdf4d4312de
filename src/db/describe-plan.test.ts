import { expect, it } from 'vitest';
import { describePlan } from './describe-plan.ts';

const scan = (name: string) => ({
  'Node Type': 'Index Scan',
  'Relation Name': name,
  'Index Name': `${name}_pkey`,
  'Plan Rows': 3,
  'Total Cost': 8.5,
  Filter: "(title = 'secret'::text)",
});

it('names the steps, tables, indexes and estimates of a plan, and no value', () => {
  const join = {
    'Node Type': 'Nested Loop',
    'Plan Rows': 9,
    'Total Cost': 20,
    Plans: [scan('tasks'), scan('clients')],
  };
  const lines = [
    'Nested Loop (rows 9, cost 20)',
    '  Index Scan on tasks by tasks_pkey (rows 3, cost 8.5)',
    '  Index Scan on clients by clients_pkey (rows 3, cost 8.5)',
  ];
  expect(describePlan([{ Plan: join }])).toEqual(lines);
  expect(describePlan(JSON.stringify([{ Plan: join }]))).toEqual(lines);
});

it('cuts off a long plan, and returns no lines for an answer without a plan', () => {
  const Plans = Array.from({ length: 100 }, (_, n) => scan(`t${n}`));
  const lines = describePlan([{ Plan: { 'Node Type': 'Append', Plans } }]);
  expect([lines.length, lines.at(-1)]).toEqual([41, '…']);
  expect(describePlan([])).toEqual([]);
});
