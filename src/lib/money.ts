/** An exact amount in one currency (ISO 4217); never a float. */
export interface Money {
  amount: string;
  currency: string;
}

/** The amount of a column, in the currency of the organization; null stays null. */
export const money = (amount: string | null, currency: string): Money | null =>
  amount === null ? null : { amount, currency };
