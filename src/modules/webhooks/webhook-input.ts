import { z } from 'zod';
import { maxCharacters } from '../../lib/characters.ts';
import { typesOfRows } from '../events/row-types.ts';

const mostNames = 50;

/** An https address, or an http one of a host that the installation allows, which is checked when it is used. */
export const urlField = z
  .url({ protocol: /^https?$/ })
  .check(maxCharacters(500))
  .refine((text) => isPlain(text), 'must not contain a user, a password or a fragment');

function isPlain(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && !url.username && !url.password && !text.includes('#');
}

export const typesField = z
  .array(z.string().refine((name) => typesOfRows().some(({ typename }) => typename === name), 'a type that has events'))
  .max(mostNames);

export const actionsField = z.array(z.string().regex(/^[a-z][A-Za-z]{0,59}\.[a-z][A-Za-z]{0,59}$/)).max(mostNames);
