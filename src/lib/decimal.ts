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
