import { defineMutation } from '../../graphql/declare/mutation.ts';
import { accrueLeave } from './accrue-leave.ts';

defineMutation('accrueLeave', {
  description:
    'Updates the leave balances of everybody with a first day of employment to what has accrued by a day. Call it each ' +
    'month, and whenever an absence was approved late. Repeating it changes nothing. Needs leave:manage.',
  permission: 'leave:manage',
  input: (t) => ({
    until: t.field({ type: 'LocalDate', required: true, description: 'The last day that counts.' }),
  }),
  run: (ctx, input) => accrueLeave(ctx.tx, ctx.viewer, input),
  payload: (t) => ({
    changed: t.int({ description: 'Number of balances that changed.', resolve: ({ ids }) => ids.length }),
  }),
});
