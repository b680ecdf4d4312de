/** The value of a cookie in a Cookie header; undefined when it is absent or empty. */
export function readCookie(header: string | null, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [key, ...value] = part.trim().split('=');
    if (key === name && value.join('=') !== '') return value.join('=');
  }
  return undefined;
}
