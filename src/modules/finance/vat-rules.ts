import { compareDecimals, toDecimal, zero } from '../../lib/decimal.ts';
import { badInput } from '../../lib/errors.ts';
import type { vatCategories } from './tables.ts';

interface Vat {
  vatCategory?: (typeof vatCategories)[number] | undefined;
  vatRate?: string | null | undefined;
  exemptionReason?: string | null | undefined;
}

/** The rate of a line. Throws BAD_INPUT for a rate or reason that its category does not allow. */
export function checkVat({ vatCategory = 'S', vatRate, exemptionReason }: Vat): string | null {
  const isPositive = compareDecimals(toDecimal(vatRate ?? '0'), zero) > 0;
  if (vatCategory === 'S' && !isPositive) throw badInput('must be above 0 in category S', 'input.vatRate');
  if (vatCategory !== 'S' && isPositive) throw badInput(`must be 0 in category ${vatCategory}`, 'input.vatRate');
  if (vatCategory === 'O' && typeof vatRate === 'string')
    throw badInput('must be absent in category O', 'input.vatRate');
  const needsReason = vatCategory !== 'S' && vatCategory !== 'Z';
  if (needsReason && !exemptionReason?.trim())
    throw badInput(`is needed in category ${vatCategory}`, 'input.exemptionReason');
  if (!needsReason && exemptionReason)
    throw badInput(`must be absent in category ${vatCategory}`, 'input.exemptionReason');
  return vatCategory === 'O' ? null : (vatRate ?? '0.00');
}
