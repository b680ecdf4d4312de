const french = /^FR([0-9A-HJ-NP-Z]{2})(\d{9})$/;
const foreign = /^(?!FR)[A-Z]{2}[0-9A-Z+*]{2,13}$/;

/**
 * Whether a text is a VAT number without spaces. The two digits after `FR` are checked against the SIREN; keys with
 * letters, and numbers of other countries, are checked by form only.
 */
export function isVatNumber(text: string): boolean {
  const [, key, siren] = french.exec(text) ?? [];
  if (key === undefined || siren === undefined) return foreign.test(text);
  return !/^\d\d$/.test(key) || Number(key) === (12 + 3 * (Number(siren) % 97)) % 97;
}
