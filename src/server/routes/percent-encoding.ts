import { badInput } from '../../lib/errors.ts';

/**
 * Throws BAD_INPUT where the percent signs of a query string or a form do not encode valid UTF-8: URLSearchParams would read
 * replacement characters.
 */
export function requireDecodable(text: string, field: string): void {
  try {
    decodeURIComponent(text);
  } catch {
    throw badInput('Must be percent-encoded UTF-8', field);
  }
}
