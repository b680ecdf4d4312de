import { builder } from '../declare/builder.ts';

export const NewOrganizationInput = builder.inputType('NewOrganizationInput', {
  description: 'An organization to create.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The name, 1 to 200 characters.' }),
    slug: t.string({
      description: 'The name in URLs: 3 to 50 of a-z, 0-9 and hyphens. Derived from the name by default.',
    }),
    timeZone: t.string({ description: 'Its time zone, such as Europe/Paris.' }),
    locale: t.string({ description: 'Its locale, such as fr-FR.' }),
    currency: t.string({ description: 'Its currency, an ISO 4217 code such as EUR.' }),
  }),
});
