import { badInput } from '../lib/errors.ts';

const mostCharacters = 900;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are refused
const isPart = (part: string): boolean => !['', '.', '..'].includes(part) && !/[\\\u0000-\u001f\u007f]/.test(part);

/** Throws BAD_INPUT for a name that could lead out of its storage, or that some storage cannot hold. */
export function requireObjectName(name: string): string {
  if (name.length > mostCharacters || !name.split('/').every(isPart)) {
    throw badInput('The name of an object has parts with "/" between them, none of them empty, "." or ".."', 'name');
  }
  return name;
}
