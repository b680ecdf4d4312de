const forms: readonly [RegExp, (...parts: string[]) => number][] = [
  [/^(\d{1,2}):([0-5]\d)$/, (hours, minutes) => Number(hours) * 60 + Number(minutes)],
  [/^(\d{1,2}) ?h ?(?:([0-5]?\d)(?: ?min| ?m)?)?$/i, (hours, minutes = '0') => Number(hours) * 60 + Number(minutes)],
  [/^(\d{1,4}) ?(?:min|m)$/i, (minutes) => Number(minutes)],
  [/^(\d{1,2}(?:[.,]\d{1,2})?)$/, (hours) => Number(hours!.replace(',', '.')) * 60],
];

/** Hours with two digits, halves rounded up: `1:30`, `1h30`, `1 h`, `90 min`, `1.5` and `1,5`; undefined for others. */
export function readDuration(text: string): string | undefined {
  for (const [pattern, minutesOf] of forms) {
    const found = pattern.exec(text.trim());
    // Hundredths of hours as whole numbers, since 0.005 has no exact binary form
    if (found) return (Math.round((Math.round(minutesOf(...found.slice(1)) * 100) * 100) / 6_000) / 100).toFixed(2);
  }
  return undefined;
}
