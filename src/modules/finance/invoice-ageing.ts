import { and, count, eq, gt, sql } from 'drizzle-orm';
import { builder } from '../../graphql/declare/builder.ts';
import { Money } from '../../graphql/declare/money.ts';
import { dayIn } from '../../lib/days.ts';
import type { Money as MoneyShape } from '../../lib/money.ts';
import { Client } from '../clients/client.ts';
import { invoices } from './tables.ts';

/** By days after the last day to pay; null where there is none. */
const buckets = ['NOT_DUE', 'FROM_1_TO_30', 'FROM_31_TO_60', 'FROM_61_TO_90', 'OVER_90'] as const;
type Bucket = (typeof buckets)[number];

const AgeingBucket = builder.enumType('AgeingBucket', {
  description: 'How late an invoice is.',
  values: {
    NOT_DUE: { description: 'It can still be paid in time, or has no last day to pay.' },
    FROM_1_TO_30: { description: '1 to 30 days late.' },
    FROM_31_TO_60: { description: '31 to 60 days late.' },
    FROM_61_TO_90: { description: '61 to 90 days late.' },
    OVER_90: { description: 'More than 90 days late.' },
  } satisfies Record<Bucket, { description: string }>,
});

interface Ageing {
  bucket: Bucket;
  count: number;
  outstanding: MoneyShape;
}

const InvoiceAgeing = builder.objectRef<Ageing>('InvoiceAgeing').implement({
  description: 'The invoices that are equally late, with what is left to pay.',
  fields: (t) => ({
    bucket: t.expose('bucket', { type: AgeingBucket, description: 'How late they are.' }),
    count: t.exposeInt('count', { description: 'Number of invoices.' }),
    outstanding: t.expose('outstanding', {
      type: Money,
      description: 'What is left to pay, in the organization’s currency at the rate of each invoice.',
    }),
  }),
});

builder.queryField('invoiceAgeing', (t) =>
  t.field({
    type: [InvoiceAgeing],
    authScopes: { reads: 'invoices' },
    extensions: { module: 'finance' },
    description: 'What is left to pay of the invoices that you may see, by how late they are; every group is listed.',
    args: {
      day: t.arg({ type: 'LocalDate', description: 'The day on which they are late; today by default.' }),
      clientId: t.arg.globalID({ for: Client, description: 'The client; all by default.' }),
    },
    complexity: 20,
    resolve: async (_root, { day, clientId }, { db, tenant }) => {
      const late = sql`${day ?? dayIn(tenant.timeZone)}::date - ${invoices.dueDate}`;
      const rows = await db
        .select({
          place: sql<number>`least(greatest(ceil(coalesce(${late}, 0) / 30.0), 0), 4)::int`,
          count: count(),
          amount: sql<string>`sum(round(${invoices.outstandingTotal} * ${invoices.exchangeRate}, 2))::text`,
        })
        .from(invoices)
        .where(and(gt(invoices.outstandingTotal, '0'), clientId ? eq(invoices.clientId, clientId.id) : undefined))
        .groupBy(sql`1`);
      return buckets.map((bucket, place) => {
        const { count = 0, amount = '0' } = rows.find((row) => row.place === place) ?? {};
        return { bucket, count, outstanding: { amount, currency: tenant.currency } };
      });
    },
  }),
);
