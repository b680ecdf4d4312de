import type { Money as MoneyShape } from '../../lib/money.ts';
import { builder } from './builder.ts';

export const Money = builder.objectRef<MoneyShape>('Money').implement({
  description: 'An exact amount of money.',
  fields: (t) => ({
    amount: t.expose('amount', { type: 'Decimal', description: 'The amount, in units of the currency.' }),
    currency: t.expose('currency', { type: 'Currency', description: 'The ISO 4217 code of the currency.' }),
  }),
});
