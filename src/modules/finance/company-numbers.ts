const digitsOf = (text: string): number[] => [...text].map(Number);

/** Whether the digits pass the Luhn check: from the right, every second digit is doubled. */
function passesLuhn(digits: readonly number[]): boolean {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** Whether a text is a SIREN, the number of a French business: nine digits with a Luhn check. */
export const isSiren = (text: string): boolean => /^\d{9}$/.test(text) && passesLuhn(digitsOf(text));

const laPoste = '356000000';

/**
 * Whether a text is a SIRET, the number of a French establishment: its SIREN and five digits, with a Luhn check. Those
 * of La Poste may instead have a sum of digits that is a multiple of 5.
 */
export function isSiret(text: string): boolean {
  if (!/^\d{14}$/.test(text) || !isSiren(text.slice(0, 9))) return false;
  const digits = digitsOf(text);
  if (passesLuhn(digits)) return true;
  return text.startsWith(laPoste) && digits.reduce((a, b) => a + b, 0) % 5 === 0;
}
