/** How numbers are written. */
export interface NumberFormat {
  decimal: '.' | ',';
  thousands: string;
}

const forms = { '.': /^([+-]?)([^.]*)(?:\.(\d*))?$/, ',': /^([+-]?)([^,]*)(?:,(\d*))?$/ };

/** Spaces that do not break a line, as some languages write between thousands. */
const spaces = /[\u00a0\u2009\u202f]/g;

/**
 * A number as a plain decimal: `-1.234,50` is `-1234.50` when thousands are points. Undefined for any other text;
 * thousands stand in groups of three, so a decimal point is never taken for one of them.
 */
export function readNumber(text: string, { decimal, thousands }: NumberFormat): string | undefined {
  const [, sign = '', whole = '', fraction] = forms[decimal].exec(text.replace(spaces, ' ')) ?? [];
  const digits = thousands && whole.includes(thousands) ? withoutThousands(whole, thousands) : whole;
  if (digits === undefined || !/^\d{0,30}$/.test(digits) || (!digits && !fraction)) return undefined;
  if (fraction && fraction.length > 30) return undefined;
  return `${sign}${digits || '0'}${fraction ? `.${fraction}` : ''}`;
}

function withoutThousands(whole: string, separator: string): string | undefined {
  const [first = '', ...groups] = whole.split(separator);
  const isGrouped = /^\d{1,3}$/.test(first) && groups.every((group) => /^\d{3}$/.test(group));
  return isGrouped ? first + groups.join('') : undefined;
}
