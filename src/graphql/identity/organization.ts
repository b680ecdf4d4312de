import type { OwnMembership, OwnOrganization } from '../../identity/list-memberships.ts';
import type { OrganizationStatus as Status } from '../../tenancy/tables.ts';
import { builder } from '../declare/builder.ts';
import { catalogId } from './ids.ts';
import { Role } from './role.ts';

export const OrganizationStatus = builder.enumType('OrganizationStatus', {
  description: 'The status of an organization.',
  values: {
    PROVISIONING: { description: 'Being created.' },
    ACTIVE: { description: 'Served.' },
    SUSPENDED: { description: 'Temporarily not served.' },
    ARCHIVED: { description: 'Not served; its data is kept.' },
    DELETING: { description: 'Being deleted.' },
  } satisfies Record<Status, { description: string }>,
});

export const Organization = builder.objectRef<OwnOrganization>('Organization').implement({
  description: 'An organization. Its data is isolated from that of other organizations.',
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ id }) => catalogId('Organization', id) }),
    name: t.exposeString('name', { description: 'The name.' }),
    slug: t.exposeString('slug', { description: 'The name in URLs and in the header x-tenant.' }),
    status: t.expose('status', { type: OrganizationStatus, description: 'Its status.' }),
    description: t.exposeString('description', { nullable: true, description: 'Its description.' }),
    logoUrl: t.exposeString('logoUrl', { nullable: true, description: 'URL of its logo.' }),
    website: t.exposeString('website', { nullable: true, description: 'URL of its website.' }),
    timeZone: t.exposeString('timeZone', { description: 'Its time zone, such as Europe/Paris.' }),
    locale: t.exposeString('locale', { description: 'Its locale, such as fr-FR.' }),
    currency: t.exposeString('currency', { description: 'Its currency, an ISO 4217 code.' }),
    modules: t.exposeStringList('modules', {
      description: 'Its optional modules that are switched on. Core modules are not listed.',
    }),
    version: t.exposeInt('version', { description: 'Number of changes; pass it as `expectedVersion`.' }),
  }),
});

export const Membership = builder.objectRef<OwnMembership>('Membership').implement({
  description: 'A user’s membership of an organization.',
  fields: (t) => ({
    role: t.expose('role', { type: Role, description: 'The user’s role.' }),
    organization: t.expose('organization', { type: Organization, description: 'The organization.' }),
  }),
});
