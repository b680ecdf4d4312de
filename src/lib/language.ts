/** Languages that pages and mails are written in. */
export type Language = 'en' | 'fr';

/** The part of an Accept-Language header that is read. */
const longestHeader = 200;

/** The language for a locale such as `fr-CA`; English when it is unknown or another one. */
export const languageOf = (locale: string | null | undefined): Language => known(locale ?? '') ?? 'en';

/** The language that a browser prefers by its Accept-Language header (RFC 9110, 12.5.4). */
export function negotiateLanguage(acceptLanguage: string | null | undefined): Language {
  const accepted = (acceptLanguage ?? '')
    .slice(0, longestHeader)
    .split(',')
    .map(readRange)
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const { tag } of accepted) {
    const language = tag === '*' ? 'en' : known(tag);
    if (language) return language;
  }
  return 'en';
}

function readRange(range: string): { tag: string; weight: number } {
  const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return { tag, weight: weight === undefined ? 1 : Number(weight.slice(2)) || 0 };
}

function known(tag: string): Language | undefined {
  const [language] = tag.toLowerCase().split(/[-_]/, 1);
  return language === 'fr' || language === 'en' ? language : undefined;
}

/** Formats a duration in its largest unit, such as "14 days" or "1 heure". */
export function describeDuration(language: Language, ms: number): string {
  const [unit, length] = units.find(([, unitMs]) => ms >= unitMs) ?? units.at(-1)!;
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.round(ms / length));
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;
