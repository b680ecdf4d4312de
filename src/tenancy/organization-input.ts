import { z } from 'zod';
import { maxCharacters } from '../lib/characters.ts';
import { AppError } from '../lib/errors.ts';
import { nameField, webAddressField } from '../lib/fields.ts';
import { isTimeZone } from '../lib/zoned-time.ts';
import { optionalModules } from './modules.ts';
import { isSlug } from './slug.ts';

const currencies = new Set(Intl.supportedValuesOf('currency'));

const name = nameField;
const slug = z
  .string()
  .refine(isSlug, 'has 3 to 50 characters: lower-case letters, digits, and hyphens between them; www is reserved');
const timeZone = z.string().refine(isTimeZone, 'is not a time zone such as Europe/Paris');
const locale = z.string().refine(isLocale, 'is not a locale such as fr-FR');
const currency = z.string().refine((code) => currencies.has(code), 'is not an ISO 4217 code such as EUR');

export const newOrganization = z.object({
  /** Chosen by the caller, so that a retry does not create a second organization. */
  id: z.uuid().optional(),
  name,
  slug: slug.optional(),
  timeZone,
  locale,
  currency,
  modules: z.array(z.enum(optionalModules)).default([]),
});

export const organizationChanges = z.object({
  name: name.optional(),
  slug: slug.optional(),
  description: z.string().trim().check(maxCharacters(2_000)).nullish(),
  logoUrl: webAddressField.nullish(),
  website: webAddressField.nullish(),
  image: webAddressField.nullish(),
  timeZone: timeZone.optional(),
  locale: locale.optional(),
  currency: currency.optional(),
});

export type NewOrganization = z.input<typeof newOrganization>;
export type OrganizationChanges = z.input<typeof organizationChanges>;

function isLocale(tag: string): boolean {
  return accepts(() => new Intl.Locale(tag));
}

function accepts(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw new AppError('INTERNAL', 'An input could not be checked', {}, { cause: error });
  }
}
