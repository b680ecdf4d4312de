/** The deepest nesting of objects: reading them is recursive and needs stack. */
const deepest = 50;

/**
 * The leaves of a JSON object by path (`user.name`, `tags.0`), or the reason why the text is invalid. Numbers keep all
 * digits as written; null is left out.
 */
export function jsonLeaves(text: string, prefix = ''): ReadonlyMap<string, string> | string {
  try {
    const value: unknown = JSON.parse(text, keepDigits);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not a JSON object';
    const cells = new Map<string, string>();
    return collect(cells, value, prefix, 0) ? cells : 'nested too deeply';
  } catch (error) {
    // The parser calls `keepDigits` recursively
    return error instanceof RangeError ? 'nested too deeply' : 'not JSON';
  }
}

/** Node passes the source text of a value in a third argument, which TypeScript's types do not know yet. */
function keepDigits(_key: string, value: unknown, ...[context]: { source?: string }[]): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value;
}

/** Collects the leaves. Returns false if they are nested too deeply. */
function collect(cells: Map<string, string>, value: unknown, path: string, depth: number): boolean {
  if (value === null) return true;
  if (typeof value !== 'object') {
    cells.set(path, String(value));
    return true;
  }
  if (depth > deepest) return false;
  return Object.entries(value).every(([key, item]) => collect(cells, item, path ? `${path}.${key}` : key, depth + 1));
}
