import { badInput } from '../../lib/errors.ts';

/**
 * Throws BAD_INPUT if a query string or form is not percent-encoded UTF-8: URLSearchParams would silently insert
 * replacement characters.
 */
export function requireDecodable(text: string, field: string): void {
  try {
    decodeURIComponent(text);
  } catch {
    throw badInput('Must be percent-encoded UTF-8', field);
  }
}
