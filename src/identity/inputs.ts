import { z } from 'zod';
import { maxCharacters } from '../lib/characters.ts';
import { nameOf } from '../lib/fields.ts';
import { newOrganization } from '../tenancy/organization-input.ts';
import { isPermission, type Permission } from './permissions.ts';
import { joinCodeRoles, roles } from './roles.ts';

/** Addresses are compared in lower case, so that is how they are kept. */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .check(maxCharacters(254))
  .pipe(z.email('This is not an e-mail address'));

/** Length is what counts (NIST SP 800-63B, 3.1.1.2): no rules of composition. */
export const newPassword = z
  .string()
  .min(10, 'A password has at least 10 characters')
  .check(maxCharacters(256, 'A password has at most 256 characters'));

/** A password that is only checked: whatever the rules were when it was set. */
export const knownPassword = z.string().min(1, 'Give the password').check(maxCharacters(1024));

export const personName = nameOf(100);
export const label = nameOf(100);
export const role = z.enum(roles);
export const joinCodeRole = z.enum(joinCodeRoles);
export const permission = z.custom<Permission>((value) => typeof value === 'string' && isPermission(value), {
  message: 'There is no such permission',
});
export const secret = z.string().trim().min(1).check(maxCharacters(200));
export const uuid = z.guid('This is not an id');

/** What somebody may say of an organization that they want; the installation has defaults for the rest. */
export const wantedOrganization = newOrganization
  .pick({ name: true, slug: true, timeZone: true, locale: true, currency: true })
  .partial({ timeZone: true, locale: true, currency: true });
