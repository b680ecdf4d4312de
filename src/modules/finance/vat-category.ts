import { builder } from '../../graphql/declare/builder.ts';
import type { vatCategories } from './tables.ts';

export const VatCategory = builder.enumType('VatCategory', {
  description: 'A category of VAT (UNTDID 5305).',
  values: {
    S: { description: 'Taxed.' },
    Z: { description: 'Taxed at 0 %.' },
    E: { description: 'Exempt.' },
    AE: { description: 'Reverse charge: the client owes the VAT.' },
    K: { description: 'Goods for another country of the EU.' },
    G: { description: 'Goods for a country outside the EU.' },
    O: { description: 'Not subject to VAT.' },
  } satisfies Record<(typeof vatCategories)[number], { description: string }>,
});
