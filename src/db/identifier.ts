/** Postgres silently cuts a longer name: two tenants could then mean one schema. */
const maxBytes = 63;

/**
 * The one place where a name becomes SQL text: quoted, with its quotes doubled.
 * @throws RangeError for a name that is empty, too long for Postgres or holds a NUL.
 */
export function quoteIdentifier(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > maxBytes || name.includes('\0')) {
    throw new RangeError(`not a Postgres identifier: ${JSON.stringify(name)}`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}
