import { formatAmount, multiplyDecimals, quotientOf, toDecimal } from '../../lib/decimal.ts';

interface LatePayment {
  /** The amount with VAT that is paid late. */
  amount: string;
  /** Interest of a year, in percent. */
  rate: string;
  /** Days after the due date. */
  days: number;
  daysOfYear?: number;
}

/** The interest that is owed for paying late, rounded to two digits. */
export function lateInterest({ amount, rate, days, daysOfYear = 365 }: LatePayment): string {
  const whole = (value: number) => ({ units: BigInt(value), scale: 0 });
  const ofYear = multiplyDecimals(toDecimal(amount), toDecimal(rate));
  return formatAmount(quotientOf(multiplyDecimals(ofYear, whole(days)), whole(100 * daysOfYear), 2));
}
