import { archiveOwnOrganization, deleteOwnOrganization } from '../../identity/close-own-organization.ts';
import { switchOwnModule } from '../../identity/switch-own-module.ts';
import { updateOwnOrganization } from '../../identity/update-own-organization.ts';
import type { OrganizationChanges } from '../../tenancy/organization-input.ts';
import { expectedVersion } from '../declare/mutation.ts';
import { defineCatalogMutation, originOf, personOf } from './catalog-mutation.ts';
import { Organization } from './organization.ts';

const afterwards = { type: Organization, description: 'The organization after the change.' } as const;
const confirmation = 'The slug of the organization, typed once more.';

defineCatalogMutation('updateOrganization', {
  description: 'Changes what the organization says of itself. Needs organization:manage.',
  caller: 'member',
  input: (t) => ({
    name: t.string({ description: 'The name, 1 to 200 characters.' }),
    slug: t.string({ description: 'The name in addresses; addresses with the old one end. No data moves.' }),
    description: t.string({ description: 'What it says of itself; null clears.' }),
    logoUrl: t.string({ description: 'Address of its logo; null clears.' }),
    website: t.string({ description: 'Address of its website; null clears.' }),
    timeZone: t.string({ description: 'Such as Europe/Paris.' }),
    locale: t.string({ description: 'Such as fr-FR.' }),
    currency: t.string({ description: 'An ISO 4217 code such as EUR.' }),
    expectedVersion: expectedVersion(t),
  }),
  run: async (ctx, { expectedVersion }, { expectedVersion: _, ...given }) => {
    const changes = { ...(given as OrganizationChanges), expectedVersion };
    return { organization: await updateOwnOrganization(ctx.services.identity, ctx.viewer, changes, originOf(ctx)) };
  },
  payload: (t) => ({ organization: t.expose('organization', afterwards) }),
});

defineCatalogMutation('archiveOrganization', {
  description: 'Ends the service of the organization and keeps its data; an operator can take it back. For owners.',
  caller: 'member',
  input: (t) => ({ slug: t.string({ required: true, description: confirmation }) }),
  run: async (ctx, { slug }) => {
    personOf(ctx);
    return { organization: await archiveOwnOrganization(ctx.services.identity, ctx.viewer, slug, originOf(ctx)) };
  },
  payload: (t) => ({ organization: t.expose('organization', afterwards) }),
});

defineCatalogMutation('deleteOrganization', {
  description:
    'Deletes the organization: access ends at once, and for 30 days an operator can take it back. For owners.',
  caller: 'member',
  input: (t) => ({ slug: t.string({ required: true, description: confirmation }) }),
  run: async (ctx, { slug }) => {
    personOf(ctx);
    const organization = await deleteOwnOrganization(ctx.services.identity, ctx.viewer, slug, originOf(ctx));
    return { organization, deleteAfter: organization.deleteAfter! };
  },
  payload: (t) => ({
    organization: t.expose('organization', afterwards),
    deleteAfter: t.expose('deleteAfter', { type: 'DateTime', description: 'When its data goes.' }),
  }),
});

defineCatalogMutation('enableModule', {
  description: 'Switches an optional module on. Needs organization:manage.',
  caller: 'member',
  input: (t) => ({ module: t.string({ required: true, description: 'Which module.' }) }),
  run: async (ctx, { module }) => ({
    organization: await switchOwnModule(ctx.services.identity, ctx.viewer, { module, on: true }, originOf(ctx)),
  }),
  payload: (t) => ({ organization: t.expose('organization', afterwards) }),
});

defineCatalogMutation('disableModule', {
  description: 'Switches an optional module off; its data stays. Needs organization:manage.',
  caller: 'member',
  input: (t) => ({ module: t.string({ required: true, description: 'Which module.' }) }),
  run: async (ctx, { module }) => ({
    organization: await switchOwnModule(ctx.services.identity, ctx.viewer, { module, on: false }, originOf(ctx)),
  }),
  payload: (t) => ({ organization: t.expose('organization', afterwards) }),
});
