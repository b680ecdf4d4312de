import { AppError } from '../lib/errors.ts';

const maxLength = 50;
/** A host label: no hyphen at either end, and no `--` in third place, which is reserved (RFC 5891, "xn--"). */
const slugPattern = /^(?!..--)[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$/;

/** Host labels that name the installation, never a tenant. */
export const reservedSlugs: ReadonlySet<string> = new Set(['www']);

/** Letters that Unicode does not decompose into a base letter and an accent. */
const folded: Readonly<Record<string, string>> = { œ: 'oe', æ: 'ae', ß: 'ss', ø: 'o', đ: 'd', ł: 'l', þ: 'th', ð: 'd' };

/** Whether the text can be a slug: 3 to 50 of a-z, 0-9 and, between them, hyphens. */
export const isSlug = (text: string): boolean => slugPattern.test(text) && !reservedSlugs.has(text);

/** Whether a request may use the text as a slug. Older slugs that are not valid host labels are still found. */
export const mayBeSlug = (text: string): boolean => /^[a-z0-9-]{3,50}$/.test(text) && !reservedSlugs.has(text);

/**
 * Makes a slug from a name: removes accents and replaces everything but letters and digits by hyphens. If fewer than
 * three characters remain (a name in another script, say), the slug starts with "org-".
 */
export function slugOf(name: string): string {
  const plain = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[œæßøđłþð]/g, (letter) => folded[letter] ?? letter)
    .replace(/[^a-z0-9]+/g, '-');
  const slug = trim(trim(plain).slice(0, maxLength));
  if (slug === '') return 'organization';
  return isSlug(slug) ? slug : `org-${slug}`;
}

/** The n-th candidate for a slug that is taken: the slug itself, then with -2, -3 ..., at most 50 characters. */
export function slugVariant(slug: string, n: number): string {
  if (n <= 1) return slug;
  const suffix = `-${n}`;
  return trim(slug.slice(0, maxLength - suffix.length)) + suffix;
}

const trim = (text: string): string => text.replace(/^-+|-+$/g, '');

export const slugTaken = (slug: string): AppError =>
  new AppError('ALREADY_EXISTS', `The slug ${slug} is taken`, { field: 'input.slug' });
