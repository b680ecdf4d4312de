const globalId = /^[A-Z][A-Za-z]+:([0-9a-f-]{36})$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;
const decimal = /^-?\d+\.\d+$/;
/** Each contender makes its own; that there is one must agree, but not what it is. */
const opaque = new Set(['cursor', 'startCursor', 'endCursor']);

/**
 * An answer without what may differ between contenders: how ids, times and decimals are written, and what cursors hold.
 */
export function normalForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalForm);
  if (typeof value === 'string') return normalText(value);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, part]) => [key, opaque.has(key) ? part !== null : normalForm(part)]);
  return Object.fromEntries(entries);
}

function normalText(text: string): string {
  const id = globalId.exec(text)?.[1];
  if (id) return id;
  if (instant.test(text)) return new Date(text).toISOString();
  return decimal.test(text) ? text.replace(/\.?0+$/, '') : text;
}

/** The same for an answer that made a row: whose id nobody could know. */
export function withoutNewId(answer: unknown): unknown {
  const { record } = answer as { record?: { timeEntry?: { id?: unknown } } };
  if (record?.timeEntry) record.timeEntry.id = typeof record.timeEntry.id;
  return answer;
}
