/** The format of numbers in a file. */
export interface NumberFormat {
  decimal: '.' | ',';
  thousands: string;
}

const forms = { '.': /^([+-]?)([^.]*)(?:\.(\d*))?$/, ',': /^([+-]?)([^,]*)(?:,(\d*))?$/ };

/** No-break and thin spaces, which some languages use between thousands. */
const spaces = /[\u00a0\u2009\u202f]/g;

/**
 * Reads a number as a plain decimal: `-1.234,50` becomes `-1234.50` if the decimal separator is a comma and thousands
 * are separated by dots. Undefined for any other text. Groups must have three digits, so that a decimal separator is
 * not mistaken for one between thousands.
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
