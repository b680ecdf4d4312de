const plainForm = /^-?\d{1,30}(\.\d{1,30})?$/;
const exponentForm = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?e([+-]?\d{1,3})$/i;
const mostPlaces = 30;

/**
 * Converts a number in JSON or GraphQL syntax to exact digits without an exponent: `100` for `1e2`, `0.0015` for
 * `1.5E-3`. Undefined for any other text, and for more than 30 digits on either side of the point.
 */
export function readDecimal(text: string): string | undefined {
  if (plainForm.test(text)) return text;
  const [, sign = '', whole, fraction = '', exponent] = exponentForm.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const point = whole.length + Number(exponent);
  if (point > mostPlaces || point < -mostPlaces) return undefined;
  const digits = `${whole}${fraction}`;
  const padded = point <= 0 ? `${'0'.repeat(1 - point)}${digits}` : digits.padEnd(point, '0');
  const cut = Math.max(point, 1);
  const plain = [padded.slice(0, cut).replace(/^0+(?=\d)/, ''), padded.slice(cut).replace(/0+$/, '')];
  const expanded = `${sign}${plain.filter(Boolean).join('.')}`;
  return plainForm.test(expanded) ? expanded : undefined;
}
