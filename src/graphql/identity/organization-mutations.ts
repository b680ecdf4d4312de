import { archiveOwnOrganization, deleteOwnOrganization } from '../../identity/close-own-organization.ts';
import { switchOwnModule } from '../../identity/switch-own-module.ts';
import { updateOwnOrganization } from '../../identity/update-own-organization.ts';
import type { OrganizationChanges } from '../../tenancy/organization-input.ts';
import { expectedVersion } from '../declare/mutation.ts';
import { hasAmounts } from '../declare/stored-amounts.ts';
import { defineCatalogMutation, originOf, personOf } from './catalog-mutation.ts';
import { Organization } from './organization.ts';

const afterwards = { type: Organization, description: 'The organization after the change.' } as const;
const confirmation = 'The slug of the organization, as a confirmation.';

defineCatalogMutation('updateOrganization', {
  description: 'Changes the organization’s own fields. Needs organization:manage.',
  caller: 'member',
  input: (t) => ({
    name: t.string({ description: 'The name, 1 to 200 characters.' }),
    slug: t.string({ description: 'The name in URLs; URLs with the old one stop working. No data moves.' }),
    description: t.string({ description: 'A description; null clears.' }),
    logoUrl: t.string({ description: 'URL of its logo; null clears.' }),
    website: t.string({ description: 'URL of its website; null clears.' }),
    timeZone: t.string({ description: 'Its time zone, such as Europe/Paris.' }),
    locale: t.string({ description: 'Its locale, such as fr-FR.' }),
    currency: t.string({
      description: 'Its currency, an ISO 4217 code such as EUR. Refused with IN_USE while it has amounts of money.',
    }),
    expectedVersion: expectedVersion(t),
  }),
  run: async (ctx, { expectedVersion }, { expectedVersion: _, ...given }) => {
    const changes = { ...(given as OrganizationChanges), expectedVersion };
    const origin = { ...originOf(ctx), hasAmounts: () => hasAmounts(ctx.db.unguarded) };
    return { organization: await updateOwnOrganization(ctx.services.identity, ctx.viewer, changes, origin) };
  },
  payload: (t) => ({ organization: t.expose('organization', afterwards) }),
});

defineCatalogMutation('archiveOrganization', {
  description:
    'Archives the organization: it is no longer served, but its data is kept, and an operator can restore it. Only for owners.',
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
    'Deletes the organization: access ends at once, and for 30 days an operator can undo the deletion. Only for owners.',
  caller: 'member',
  input: (t) => ({ slug: t.string({ required: true, description: confirmation }) }),
  run: async (ctx, { slug }) => {
    personOf(ctx);
    const organization = await deleteOwnOrganization(ctx.services.identity, ctx.viewer, slug, originOf(ctx));
    return { organization, deleteAfter: organization.deleteAfter! };
  },
  payload: (t) => ({
    organization: t.expose('organization', afterwards),
    deleteAfter: t.expose('deleteAfter', { type: 'DateTime', description: 'When its data will be dropped.' }),
  }),
});

defineCatalogMutation('enableModule', {
  description: 'Switches an optional module on. Needs organization:manage.',
  caller: 'member',
  input: (t) => ({ module: t.string({ required: true, description: 'The module.' }) }),
  run: async (ctx, { module }) => ({
    organization: await switchOwnModule(ctx.services.identity, ctx.viewer, { module, on: true }, originOf(ctx)),
  }),
  payload: (t) => ({ organization: t.expose('organization', afterwards) }),
});

defineCatalogMutation('disableModule', {
  description: 'Switches an optional module off; its data stays. Needs organization:manage.',
  caller: 'member',
  input: (t) => ({ module: t.string({ required: true, description: 'The module.' }) }),
  run: async (ctx, { module }) => ({
    organization: await switchOwnModule(ctx.services.identity, ctx.viewer, { module, on: false }, originOf(ctx)),
  }),
  payload: (t) => ({ organization: t.expose('organization', afterwards) }),
});
