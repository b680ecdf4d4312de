/** An exact decimal: `units` hundredths when the scale is 2, and so on. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** Parses a text such as `-12.50`; undefined for any other text. */
export function parseDecimal(text: string): Decimal | undefined {
  const [, sign, whole, fraction = ''] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const units = BigInt(whole + fraction);
  return { units: sign === '-' ? -units : units, scale: fraction.length };
}

/** The shortest exact text: `12.5` for 1250 hundredths. */
export function formatDecimal({ units, scale }: Decimal): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const fraction = scale > 0 ? digits.slice(-scale).replace(/0+$/, '') : '';
  const whole = scale > 0 ? digits.slice(0, -scale) : digits;
  return `${units < 0n ? '-' : ''}${whole}${fraction && `.${fraction}`}`;
}

/** The shortest text of the same number: `1` for `1.00`; any other text as it is. */
export function shortestDecimal(text: string): string {
  const decimal = parseDecimal(text);
  return decimal ? formatDecimal(decimal) : text;
}

/** The same amount with a larger scale; `finer` must not be below its own. */
export const rescale = ({ units, scale }: Decimal, finer: number): Decimal => ({
  units: units * 10n ** BigInt(finer - scale),
  scale: finer,
});

/** The quotient by a positive whole number, rounded to `digits` after the point; halves are rounded away from zero. */
export function divideDecimal({ units, scale }: Decimal, by: number, digits: number): Decimal {
  const divisor = BigInt(by) * 10n ** BigInt(scale);
  const scaled = units * 10n ** BigInt(digits);
  const half = scaled < 0n ? -divisor : divisor;
  return { units: (scaled * 2n + half) / (divisor * 2n), scale: digits };
}

/** The decimal of a text that is known to be one. Throws for any other. */
export function toDecimal(text: string): Decimal {
  const decimal = parseDecimal(text);
  if (!decimal) throw new Error(`${text} is not a decimal`);
  return decimal;
}

export const zero: Decimal = { units: 0n, scale: 0 };

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: rescale(a, scale).units + rescale(b, scale).units, scale };
}

export const negateDecimal = ({ units, scale }: Decimal): Decimal => ({ units: -units, scale });

export const subtractDecimals = (a: Decimal, b: Decimal): Decimal => addDecimals(a, negateDecimal(b));

export const multiplyDecimals = (a: Decimal, b: Decimal): Decimal => ({
  units: a.units * b.units,
  scale: a.scale + b.scale,
});

/** Negative, zero or positive, as a is below, equal to or above b. */
export const compareDecimals = (a: Decimal, b: Decimal): number => {
  const { units } = subtractDecimals(a, b);
  return units < 0n ? -1 : Number(units > 0n);
};

/** The quotient rounded to `digits` after the point; halves are rounded away from zero. `by` must not be zero. */
export function quotientOf(a: Decimal, by: Decimal, digits: number): Decimal {
  const sign = a.units < 0n === by.units < 0n ? 1n : -1n;
  const dividend = magnitude(a.units) * 10n ** BigInt(digits + by.scale);
  const divisor = magnitude(by.units) * 10n ** BigInt(a.scale);
  return { units: (sign * (dividend * 2n + divisor)) / (divisor * 2n), scale: digits };
}

const magnitude = (units: bigint): bigint => (units < 0n ? -units : units);

/** Rounded to `digits` after the point; halves are rounded away from zero. */
export const roundDecimal = (value: Decimal, digits: number): Decimal =>
  quotientOf(value, { units: 1n, scale: 0 }, digits);

/** The text with exactly two digits after the point: `12.50`. */
export function formatAmount(value: Decimal): string {
  const { units } = roundDecimal(value, 2);
  const digits = String(magnitude(units)).padStart(3, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
