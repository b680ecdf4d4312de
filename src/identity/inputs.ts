import { z } from 'zod';
import { maxCharacters, minCharacters } from '../lib/characters.ts';
import { badInput } from '../lib/errors.ts';
import { nameUpTo } from '../lib/fields.ts';
import { newOrganization } from '../tenancy/organization-input.ts';
import { isPermission, type Permission } from './permissions.ts';
import { joinCodeRoles, roles } from './roles.ts';

/** Addresses are compared in lower case, so they are stored in lower case. */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .check(maxCharacters(254))
  .pipe(z.email('This is not an e-mail address'));

/** Only the length matters (NIST SP 800-63B, 3.1.1.2): there are no rules about kinds of characters. */
export const newPassword = z
  .string()
  .check(minCharacters(10, 'A password has at least 10 characters'))
  .check(maxCharacters(256, 'A password has at most 256 characters'));

/** An existing password: it may be older than the current rules. */
export const knownPassword = z.string().min(1, 'Enter the password').check(maxCharacters(1024));

export const personName = nameUpTo(100);
export const label = nameUpTo(100);
export const role = z.enum(roles);
export const joinCodeRole = z.enum(joinCodeRoles);
export const permission = z.custom<Permission>((value) => typeof value === 'string' && isPermission(value), {
  message: 'There is no such permission',
});
export const secret = z.string().trim().min(1).check(maxCharacters(200));
export const uuid = z.guid('This is not an id');

/** The settings of a new organization that its creator may choose; the rest have defaults. */
export const wantedOrganization = newOrganization
  .pick({ name: true, slug: true, timeZone: true, locale: true, currency: true })
  .partial({ timeZone: true, locale: true, currency: true });

/** Throws BAD_INPUT, naming `expiresAt` of the input, for an expiry that is not in the future. */
export function requireFuture(expiresAt: Date | null | undefined, now: Date): void {
  if (expiresAt && expiresAt <= now) throw badInput('The expiry must be in the future', 'input.expiresAt');
}
