/*
 * Parsers of settings and command line arguments: each returns the value, or undefined for an invalid text.
 */

/** A whole number within bounds, written in digits alone. */
export function readWhole(text: string, min: number, max: number): number | undefined {
  const value = Number(text);
  return /^-?\d+$/.test(text) && value >= min && value <= max ? value : undefined;
}

const flags: Record<string, boolean> = {
  true: true,
  on: true,
  yes: true,
  '1': true,
  false: false,
  off: false,
  no: false,
  '0': false,
};

export const readFlag = (text: string): boolean | undefined => flags[text.toLowerCase()];

const seconds: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds within bounds, from `900`, `900s`, `15m`, `12h` or `30d`. */
export function readDuration(text: string, min: number, max: number): number | undefined {
  const [, count, unit] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const value = Number(count) * (seconds[unit] ?? 0);
  return value >= min && value <= max ? value : undefined;
}

/** A share from 0 to 1, from a percentage such as `5%` or `0.5%`; not 0. */
export function readPercentage(text: string): number | undefined {
  const [, number] = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text) ?? [];
  const share = Number(number) / 100;
  return share > 0 && share <= 1 ? share : undefined;
}

/** An origin such as `https://chantier.example:8443`; removes a trailing slash, and accepts nothing after it. */
export function readOrigin(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  return isOrigin ? url.origin : undefined;
}

/** A host name of two or more parts, or `localhost`, without a port; returned in lower case. */
export function readDomain(text: string): string | undefined {
  const domain = text.toLowerCase();
  const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
  return new RegExp(`^(localhost|${label}(\\.${label})+)$`).test(domain) ? domain : undefined;
}

/** A comma-separated list; undefined if one value is invalid. */
export function readList<T>(text: string, read: (item: string) => T | undefined): T[] | undefined {
  const values = text.split(',').map((item) => read(item.trim()));
  return values.every((value) => value !== undefined) ? values : undefined;
}

/** Parses JSON; undefined for invalid JSON, and if it is nested more deeply than `deepestJson`. */
export function readJson(text: string): unknown {
  if (nestingOf(text) > deepestJson) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const deepestJson = 100;

/** The deepest nesting of lists and objects in a JSON text; recursive readers need that much stack. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{]|[\]}]/gs)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > deepest) deepest = depth;
  }
  return deepest;
}
