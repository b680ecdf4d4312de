const form = /^[A-Z]{2}\d{2}[0-9A-Z]{11,30}$/;

/** Whether a text is an IBAN without spaces (ISO 13616): with its first four characters last, it is 1 modulo 97. */
export function isIban(text: string): boolean {
  if (!form.test(text)) return false;
  const moved = text.slice(4) + text.slice(0, 4);
  // Letters are the numbers from 10 to 35, which is their value in base 36
  return (
    [...moved].reduce((rest, character) => {
      const value = Number.parseInt(character, 36);
      return (rest * (value > 9 ? 100 : 10) + value) % 97;
    }, 0) === 1
  );
}
