/** Postgres silently truncates longer names: two tenants could then share one schema. */
const maxBytes = 63;

/**
 * Quotes a name for SQL text; the only place that does.
 * @throws RangeError for a name that is empty, too long for Postgres or contains NUL.
 */
export function quoteIdentifier(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > maxBytes || name.includes('\0')) {
    throw new RangeError(`not a Postgres identifier: ${JSON.stringify(name)}`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}
