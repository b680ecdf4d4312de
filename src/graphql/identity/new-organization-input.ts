import { builder } from '../declare/builder.ts';

export const NewOrganizationInput = builder.inputType('NewOrganizationInput', {
  description: 'An organization to create.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The name, 1 to 200 characters.' }),
    slug: t.string({
      description: 'The name in addresses: 3 to 50 of a-z, 0-9 and hyphens. Made from the name if absent.',
    }),
    timeZone: t.string({ description: 'Such as Europe/Paris.' }),
    locale: t.string({ description: 'Such as fr-FR.' }),
    currency: t.string({ description: 'An ISO 4217 code such as EUR.' }),
  }),
});
