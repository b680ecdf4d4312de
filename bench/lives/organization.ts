/** What a tenant of a measurement is made of. */
export const organizationNamed = (slug: string) => ({
  ...{ name: slug, slug, timeZone: 'UTC', locale: 'en', currency: 'EUR' },
});
