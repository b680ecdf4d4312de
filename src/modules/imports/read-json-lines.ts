import type { Rows } from './row.ts';

/**
 * Reads one JSON object a line. Columns are paths: `user.name`, `tags.0`. Numbers keep the digits that they are written
 * with; null is nothing. Empty lines are passed over.
 */
export async function* readJsonLines(text: AsyncIterable<string>): Rows {
  let line = 0;
  for await (const content of lines(text)) {
    line++;
    if (!content.trim()) continue;
    const value = parse(content);
    if (typeof value === 'string') yield { line, reason: value };
    else yield { line, cells: new Map(leaves(value, '')) };
  }
}

async function* lines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of text) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop()!;
    yield* parts;
  }
  if (rest) yield rest;
}

/** The object of a line, or why it has none. */
function parse(content: string): object | string {
  try {
    const value: unknown = JSON.parse(content, keepDigits);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : 'not a JSON object';
  } catch {
    return 'not JSON';
  }
}

/** Node gives the text of a value as a third argument, which the language's types do not know yet. */
function keepDigits(_key: string, value: unknown, ...[context]: { source?: string }[]): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value;
}

function* leaves(value: unknown, path: string): Generator<[string, string]> {
  if (value === null) return;
  if (typeof value !== 'object') yield [path, String(value)];
  else for (const [key, item] of Object.entries(value)) yield* leaves(item, path ? `${path}.${key}` : key);
}
